import { pathsOf } from '../delivery/files/state-directory.ts';
import { oneLine } from '../errors.ts';
import type { Files } from '../ports.ts';

/** Where the commands `az devops`, `az pipelines`, `az repos` and `az boards` work unless told otherwise. */
export interface AzureDevOpsDefaults {
  readonly organization: URL;
  /** The name of the project; undefined where the agent gives none. */
  readonly project: string | undefined;
}

/**
 * Writes what `az devops configure --defaults` would, in a profile. The extension azure-devops keeps its
 * settings in a folder of its own there (github.com/Azure/azure-devops-cli-extension,
 * `dev/common/config.py`). Defaults that a step of the job has set since stay.
 */
export async function writeAzureDevOpsDefaults(
  profile: string,
  defaults: AzureDevOpsDefaults,
  files: Files,
): Promise<void> {
  const path = pathsOf(profile);
  const folder = path.join(profile, 'azuredevops');
  const config = path.join(folder, 'config');
  if (await files.exists(config)) return;
  await files.makeInnerDirectory(folder);
  await files.replace(config, azureDevOpsConfig(defaults));
}

/** The extension's settings file, whose reader takes a percent sign for the beginning of a reference. */
export function azureDevOpsConfig({ organization, project = '' }: AzureDevOpsDefaults): string {
  const entries = [
    ['organization', organization.href],
    ['project', oneLine(project)],
  ].filter(([, value]) => value !== '');
  const lines = entries.map(
    ([name = '', value = '']) => `${name} = ${value.replaceAll('%', '%%')}`,
  );
  return `[defaults]\n${lines.join('\n')}\n`;
}
