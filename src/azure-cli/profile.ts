import { pathsOf } from '../delivery/files/state-directory.ts';
import { FederationError } from '../errors.ts';
import type { Clock, Files } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { withFreshAssertion, type AssertionOwner } from './assertion.ts';

interface ProfileWorld {
  readonly files: Files;
  readonly clock: Clock;
}

/** As long as az itself waits for the lock (msal-extensions, `CrossPlatLock`), in ms. */
const longestWaitMs = 5_000;
const pauseMs = 100;

/**
 * Puts a fresh ID token into an Azure CLI profile that was signed in with `--federated-token`, so
 * that the next az process finds it.
 *
 * Az's lock is the file `service_principal_entries.json.lockfile`: msal-extensions creates it
 * exclusively, waits up to five seconds while it exists, then also takes an advisory lock on it,
 * and removes it. Node cannot take the advisory lock without native code, but the exclusive
 * creation keeps az out just as well, since we hold the file for milliseconds only. A file that
 * outlasts the wait is left over from a process that was killed; then we go on as az does, with
 * the replacement in one step as the remaining protection: a reader sees the old or the new.
 * @throws {FederationError} when what az has there cannot be read; the next refresh tries again.
 */
export async function refreshAzureCliProfile(
  profile: string,
  owner: AssertionOwner,
  idToken: Secret,
  world: ProfileWorld,
): Promise<void> {
  const { files } = world;
  const path = pathsOf(profile).join(profile, 'service_principal_entries.json');
  if (!(await files.exists(path))) return;
  const lockFile = `${path}.lockfile`;
  await waitForLock(lockFile, world);
  try {
    const content = await files.read(path);
    if (content === undefined) return;
    const change = withFreshAssertion(content, owner, idToken);
    if (change === 'unreadable') throw busy();
    if (change !== 'no entry') await files.replace(path, change.content);
  } finally {
    // Windows does not remove it while an az holds it, which does so itself.
    await files.remove(lockFile).catch(() => undefined);
  }
}

async function waitForLock(lockFile: string, { files, clock }: ProfileWorld): Promise<void> {
  const giveUpAt = clock.monotonicMs() + longestWaitMs;
  while (!(await files.claim(lockFile)) && clock.monotonicMs() < giveUpAt) {
    await clock.sleep(pauseMs);
  }
}

function busy(): FederationError {
  return new FederationError({
    code: 'AZURE_CLI_FAILED',
    message: 'The profile of Azure CLI could not be read, so the ID token in it is not replaced.',
    remedy: 'Look for what else writes to the directory that AZURE_CONFIG_DIR names.',
    kind: 'transient',
  });
}
