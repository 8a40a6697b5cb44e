import type { Clock, SharedFolders } from '../ports.ts';

/** As long as az itself waits for the lock (msal-extensions, `CrossPlatLock`), in ms. */
const maxWaitMs = 5_000;
const pauseMs = 100;

/** By this a lock of ours is told from az's, which holds the ID of its process and its arguments. */
const ownLock = 'workload-identity';

/**
 * Does something while az's writers are kept out. Az's lock is the file `X.lockfile`: msal-extensions
 * creates it exclusively, waits for it up to five seconds, then also takes an advisory lock on it,
 * and removes it. Node cannot take the advisory lock without native code, but the exclusive creation
 * keeps az out just as well, since we hold the file for milliseconds only.
 *
 * A lock that another program left behind is left alone. One of ours is of a broker that was killed,
 * and is passed over after the wait.
 * @param isStillThere whether the file's folder is still the one that was looked at.
 * @returns undefined where the lock could not be had.
 */
export async function withLock<T>(
  path: string,
  isStillThere: () => boolean,
  work: () => Promise<T>,
  { folders, clock }: { readonly folders: SharedFolders; readonly clock: Clock },
): Promise<T | undefined> {
  const lockFile = `${path}.lockfile`;
  const giveUpAt = clock.monotonicMs() + maxWaitMs;
  while (!folders.claim(lockFile, ownLock)) {
    if (!isStillThere()) return undefined;
    if (clock.monotonicMs() >= giveUpAt) {
      if (folders.read(lockFile) !== ownLock) return undefined;
      folders.remove(lockFile);
      if (!folders.claim(lockFile, ownLock)) return undefined;
      break;
    }
    await clock.sleep(pauseMs);
  }
  try {
    return await work();
  } finally {
    // An az that has waited for five seconds goes on with a lock file of ours, and removes it itself.
    if (folders.read(lockFile) === ownLock) folders.remove(lockFile);
  }
}

/**
 * Does something while az's writers are kept out or, where the lock could not be had, all the same: an
 * az that waits for the lock of one that was killed goes on after the same time.
 * @param isStillThere whether the file's folder is still the one that was looked at; if not, nothing is done.
 */
export async function withLockOrWithout(
  path: string,
  isStillThere: () => boolean,
  work: () => Promise<void>,
  world: { readonly folders: SharedFolders; readonly clock: Clock },
): Promise<void> {
  const locked = async (): Promise<true> => {
    await work();
    return true;
  };
  const isDone = await withLock(path, isStillThere, locked, world);
  if (isDone === undefined && isStillThere()) await work();
}
