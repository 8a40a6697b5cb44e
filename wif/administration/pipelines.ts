import { ask, consult, listOf, recordOf, refused, textOf } from './answer.ts';
import type { Project } from './connection.ts';
import type { Definition } from './executions.ts';
import { path, type Web } from './web.ts';

const version = 'api-version=7.1';

/** What is known of the definition of a pipeline. */
export type Pipeline =
  | { readonly kind: 'yaml'; readonly file: string; readonly source: Source }
  /** YAML in a repository that is not of Azure Repos, such as GitHub. */
  | { readonly kind: 'yaml elsewhere'; readonly file: string; readonly where: string }
  | { readonly kind: 'classic build' }
  | { readonly kind: 'gone' };

/** The default branch of a repository of Azure Repos. */
export interface Source {
  readonly repository: string;
  readonly branch: string;
}

/** A variable group that takes its values from a Key Vault. */
export interface KeyVaultGroup {
  readonly name: string;
  readonly vault: string;
  /** ID of the service connection that reads the vault. */
  readonly connectionId: string;
}

/** Reads the definition of a pipeline or classic build. */
export async function pipelineOf(
  web: Web,
  project: Project,
  { id, name }: Pick<Definition, 'id' | 'name'>,
): Promise<Pipeline> {
  const purpose = {
    to: `read the pipeline "${name}" of project "${project.name}"`,
    needs: 'View build pipeline (token scope vso.build)',
  };
  const request = {
    method: 'GET',
    path: path`${project.id}/_apis/build/definitions/${id}?` + version,
  } as const;
  const answer = await consult(web, request, purpose);
  if ('refusal' in answer) {
    if (answer.refusal.status === 404) return { kind: 'gone' };
    throw refused(answer.refusal, web.service, purpose);
  }
  const definition = recordOf(answer.value);
  const file = textOf(recordOf(definition['process'])['yamlFilename']);
  if (file === undefined) return { kind: 'classic build' };
  const repository = recordOf(definition['repository']);
  const type = textOf(repository['type']) ?? 'unknown';
  const repositoryId = textOf(repository['id']);
  if (type !== 'TfsGit' || repositoryId === undefined)
    return { kind: 'yaml elsewhere', file, where: type };
  const branch = (textOf(repository['defaultBranch']) ?? 'main').replace(/^refs\/heads\//, '');
  return { kind: 'yaml', file, source: { repository: repositoryId, branch } };
}

/** The text of a file of a repository; undefined where there is none. */
export async function fileOf(
  web: Web,
  project: Project,
  { repository, branch }: Source,
  file: string,
): Promise<string | undefined> {
  const purpose = {
    to: `read ${file} of a repository of project "${project.name}"`,
    needs: 'Read on the repository (token scope vso.code)',
  };
  const where = path`?path=${file}&versionDescriptor.versionType=branch&versionDescriptor.version=${branch}`;
  const request = {
    method: 'GET',
    path:
      // The repository may be of another project.
      path`_apis/git/repositories/${repository}/items` +
      `${where}&includeContent=true&$format=json&${version}`,
  } as const;
  const answer = await consult(web, request, purpose);
  if (!('refusal' in answer)) return textOf(recordOf(answer.value)['content']);
  if (answer.refusal.status === 404) return undefined;
  throw refused(answer.refusal, web.service, purpose);
}

/** The variable groups of a project that take their values from Key Vaults. */
export async function keyVaultGroupsOf(
  web: Web,
  project: Project,
): Promise<readonly KeyVaultGroup[]> {
  const purpose = {
    to: `list the variable groups of project "${project.name}"`,
    needs: 'the role Reader on the variable groups (token scope vso.variablegroups_read)',
  };
  const request = {
    method: 'GET',
    path: path`${project.id}/_apis/distributedtask/variablegroups?` + version,
  } as const;
  return listOf(await ask(web, request, purpose)).flatMap((value) => {
    const { name, providerData } = recordOf(value);
    const provider = recordOf(providerData);
    const connectionId = textOf(provider['serviceEndpointId'])?.toLowerCase();
    const vault = textOf(provider['vault']) ?? '';
    return connectionId === undefined ? [] : [{ name: textOf(name) ?? '', vault, connectionId }];
  });
}
