import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { SignInPlan } from '../sign-in-tool.ts';
import { isAtLeast } from '../version.ts';
import { installedVersion } from './installed-version.ts';
import type { PythonSurroundings } from './launcher.ts';

/** The oldest and the newest version with which `npm run side-by-side` compares our sessions. */
export const comparedVersions = { oldest: [2, 45], newest: [2, 91] } as const;

/** So many minor versions beyond the newest are taken to leave the same files: about half a year. */
const maxMinorsAhead = 6;

/** Decides how an Azure CLI is signed in, by its version, which is read from the disk. */
export async function planSignIn(
  program: string,
  { cloud }: Pick<ServiceConnection, 'cloud'>,
  world: PythonSurroundings,
): Promise<SignInPlan> {
  if (cloud.name === 'AzureStack') return started('an Azure Stack has to be registered with it');
  if (/^(1|yes|true|on)$/i.test(world.environment['AZURE_CORE_ENCRYPT_TOKEN_CACHE'] ?? '')) {
    return started('AZURE_CORE_ENCRYPT_TOKEN_CACHE has it encrypt its files');
  }
  const installed = await installedVersion(program, world);
  if (installed.kind === 'unknown') return started(installed.why);
  const { version } = installed;
  if (!isCompared(version)) return started(`version ${version} was never compared with ours`);
  return { kind: 'written', version };
}

function isCompared(version: string): boolean {
  const { oldest, newest } = comparedVersions;
  const [major, minor] = newest;
  return isAtLeast(version, oldest) && !isAtLeast(version, [major, minor + maxMinorsAhead + 1]);
}

function started(why: string): SignInPlan {
  return { kind: 'started', why };
}
