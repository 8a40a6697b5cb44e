import type { Project } from './administration.ts';
import { devopsHeaders } from './azure-devops.ts';
import { json, normalised, type EmulatorRequest } from './message.ts';
import { devopsRefusal, signedIn, visible } from './service-endpoints.ts';

/** A pipeline or classic build of a project. */
export interface BuildDefinition {
  readonly id: number;
  readonly name: string;
  readonly project: Project;
  /** Absent for a classic build. */
  readonly yamlFile?: string;
  /** `TfsGit` is Azure Repos. */
  readonly repositoryType: 'TfsGit' | 'GitHub';
  /** Files of the default branch, by their paths from the root. */
  readonly files: Readonly<Record<string, string>>;
}

/** A variable group whose values are in a Key Vault. */
export interface KeyVaultGroup {
  readonly name: string;
  readonly project: Project;
  readonly vault: string;
  readonly connectionId: string;
}

const projectNamed = (request: EmulatorRequest): string =>
  normalised(request.params['project'] ?? '');

const isIn = ({ id, name }: Project, wanted: string): boolean =>
  id === wanted || normalised(name) === wanted;

/** The default branch of every repository here. */
const branch = 'main';

/** `GET {project}/_apis/build/definitions/{id}`. */
export const buildDefinition = signedIn((request, world, rights) => {
  const found = world.administration.definitions.find(
    ({ id, project }) =>
      String(id) === request.params['id'] &&
      isIn(project, projectNamed(request)) &&
      visible(world, rights).some((one) => one.id === project.id),
  );
  if (!found) {
    const text = `Definition ${request.params['id'] ?? ''} not found.`;
    return devopsRefusal(404, 'DefinitionNotFoundException', text);
  }
  const { id, name, yamlFile, repositoryType } = found;
  const process =
    yamlFile === undefined ? { type: 1, phases: [] } : { type: 2, yamlFilename: yamlFile };
  const repository = {
    id: repositoryIdOf(found),
    type: repositoryType,
    name,
    defaultBranch: `refs/heads/${branch}`,
  };
  return json(200, { id, name, path: '\\', process, repository }, devopsHeaders());
});

const repositoryIdOf = ({ id, project }: BuildDefinition): string =>
  project.id.slice(0, -4) + String(id).padStart(4, '0');

/** `GET _apis/git/repositories/{repository}/items`. */
export const gitItem = signedIn((request, world) => {
  const definition = world.administration.definitions.find(
    (one) =>
      repositoryIdOf(one) === request.params['repository'] && one.repositoryType === 'TfsGit',
  );
  const path = request.query.get('path') ?? '';
  const isBranch =
    request.query.get('versionDescriptor.versionType') === 'branch' &&
    request.query.get('versionDescriptor.version') === branch;
  const content = isBranch ? definition?.files[path] : undefined;
  if (content === undefined) {
    const text = `TF401174: The item '${path}' could not be found in the repository.`;
    return devopsRefusal(404, 'GitItemNotFoundException', text);
  }
  const isWanted = request.query.get('includeContent') === 'true';
  return json(
    200,
    { path, gitObjectType: 'blob', ...(isWanted ? { content } : {}) },
    devopsHeaders(),
  );
});

/** `GET {project}/_apis/distributedtask/variablegroups`. */
export const variableGroups = signedIn((request, world) => {
  const groups = world.administration.variableGroups
    .filter(({ project }) => isIn(project, projectNamed(request)))
    .map(({ name, vault, connectionId }, index) => ({
      id: index + 1,
      name,
      type: 'AzureKeyVault',
      providerData: { serviceEndpointId: connectionId, vault },
      variables: {},
    }));
  const plain = { id: 100, name: 'settings', type: 'Vsts', variables: { a: { value: 'b' } } };
  const value = [...groups, plain];
  return json(200, { count: value.length, value }, devopsHeaders());
});
