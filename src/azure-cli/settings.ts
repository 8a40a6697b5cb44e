import { isWindowsPath, pathsOf } from '../delivery/files/state-directory.ts';
import type { Environment, Files } from '../ports.ts';
import { profileFiles } from './profile-files.ts';

/**
 * What az found out about itself in the user's own profile, and checks against its version: its
 * commands (building that index takes an older az two seconds) and whether there is a newer
 * version (which a fresh profile would ask the internet for). Nothing there tells of an identity.
 */
const inheritedState: readonly string[] = [
  'commandIndex.json',
  'extensionIndex.json',
  'versionCheck.json',
];

/** Makes a private profile with its settings, unless an earlier step of the job has done so. */
export async function prepareProfile(
  profile: string,
  cloud: string,
  environment: Environment,
  files: Files,
): Promise<void> {
  await files.makeInnerDirectory(profile);
  const { config } = profileFiles(profile);
  // From an earlier step, with what the job may have set since.
  if (await files.exists(config)) return;
  const home = homeOf(environment, isWindowsPath(profile));
  const own = home === undefined ? undefined : pathsOf(profile).join(home, '.azure');
  const extensions = own === undefined ? undefined : pathsOf(profile).join(own, 'cliextensions');
  const hasAny = extensions !== undefined && (await files.exists(extensions));
  if (own !== undefined) await inherit(own, profile, files);
  // Last, since it marks a profile that is prepared.
  await files.replace(config, azureCliConfig(cloud, hasAny ? extensions : undefined));
}

/**
 * The private profile's `config` file
 * (https://learn.microsoft.com/cli/azure/azure-cli-configuration): what would otherwise take an
 * `az cloud set` and an `az config set`, at a process each.
 */
export function azureCliConfig(cloud: string, extensionDirectory: string | undefined): string {
  const lines = [
    '[core]',
    'collect_telemetry = no',
    'survey_message = no',
    'login_experience_v2 = off',
    // Versions 2.71 and 2.72 need it, 2.73 and later have it so unless someone says otherwise.
    'use_msal_managed_identity = yes',
    // Windows would encrypt the assertion, and the broker could not replace it.
    'encrypt_token_cache = no',
    '[logging]',
    'enable_log_file = no',
    '[cloud]',
    `name = ${cloud}`,
    // Extensions lie in the profile unless it says where; the user's own are to stay in reach.
    ...(extensionDirectory === undefined
      ? []
      : ['[extension]', `dir = ${extensionDirectory.replaceAll('%', '%%')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * The home of the user, below which az has its usual profile; undefined where there is none. On
 * Windows a job may have `HOME` too, which bash and git read there and Python does not.
 */
export function homeOf(environment: Environment, isWindows: boolean): string | undefined {
  const home = environment[isWindows ? 'USERPROFILE' : 'HOME'];
  return home === '' ? undefined : home;
}

/** A warm start, where the user's own profile allows one; it is no trouble where not. */
async function inherit(own: string, profile: string, files: Files): Promise<void> {
  const path = pathsOf(profile);
  for (const name of inheritedState) {
    const content = await files.read(path.join(own, name)).catch(() => undefined);
    if (content !== undefined) await files.replace(path.join(profile, name), content);
  }
}
