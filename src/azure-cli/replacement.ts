import type { Secret } from '../secret.ts';
import type { KeeperWorld } from './kept-identity.ts';
import { withLock } from './lock.ts';
import type { SignedInState } from './subscription-list.ts';

/** How long a file that is being written is read again, in ms. */
const maxReadingMs = 2_000;
const readAgainMs = 50;

/** Az reloads its token cache only where the file is newer than its last look, by whole seconds at worst. */
const aheadMs = 1_000;

/** The profile in which a file is replaced, as it was when it was first looked at. */
export interface HeldProfile {
  readonly folder: string;
  /** Its identity on disk. */
  readonly identity: string;
  /** Who is signed in there at this moment. */
  readonly state: () => SignedInState;
}

/** What became of a file. */
export type Replacement = 'replaced' | 'unchanged' | 'locked' | 'gone';

/**
 * Replaces a file of a profile under az's lock, as long as the owner is signed in there. `az account
 * clear` empties the list before it removes the files, and we look at the list before and after we
 * put a file in place, so one of the two always removes what we wrote: no token outlives its task.
 * @param change the new content for the present one; undefined where there is nothing to change.
 */
export async function replaceInProfile(
  path: string,
  profile: HeldProfile,
  change: (text: string) => Secret | undefined,
  world: KeeperWorld,
): Promise<Replacement> {
  const { folders, clock } = world;
  const isSameFolder = (): boolean => folders.identity(profile.folder) === profile.identity;
  const work = async (): Promise<Replacement> => {
    const text = folders.read(path);
    const content = text === undefined ? undefined : change(text);
    if (content === undefined) return 'unchanged';
    const changedOn = new Date(clock.now().getTime() + aheadMs);
    const draft = folders.draft(world.draftFolder, content, changedOn);
    try {
      if (!isSameFolder() || (await readableState(profile, world)) !== 'signed in') return 'gone';
      if (!isSameFolder() || !folders.move(draft, path)) return 'gone';
    } finally {
      folders.remove(draft);
    }
    const after = await readableState(profile, world);
    if (after === 'signed in' || after === 'unreadable') return 'replaced';
    // Only what we wrote: another sign-in may have written its own by now.
    if (isSameFolder() && folders.read(path) === content.reveal()) folders.remove(path);
    return 'gone';
  };
  return (await withLock(path, isSameFolder, work, world)) ?? 'locked';
}

/** The state of a profile, read again while somebody is in the middle of writing its list. */
export async function readableState(
  { state }: Pick<HeldProfile, 'state'>,
  { clock }: Pick<KeeperWorld, 'clock'>,
): Promise<SignedInState> {
  const giveUpAt = clock.monotonicMs() + maxReadingMs;
  for (;;) {
    const now = state();
    if (now !== 'unreadable' || clock.monotonicMs() >= giveUpAt) return now;
    await clock.sleep(readAgainMs);
  }
}
