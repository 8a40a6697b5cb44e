import type { Subscription } from '../access-token/subscriptions.ts';
import type { Clock, Files, SharedFolders } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { withActiveSubscription } from './active-subscription.ts';
import { entriesAfterSignIn } from './entries.ts';
import { withLockOrWithout } from './lock.ts';
import { profileFiles, type ProfileFiles } from './profile-files.ts';
import {
  defaultIn,
  listAfterSignIn,
  signedInState,
  type ProfileUser,
} from './subscription-list.ts';

/** What a sign-in is written from. */
export interface NewSession {
  readonly user: ProfileUser;
  /** All that the identity sees, in the order of Resource Manager. */
  readonly subscriptions: readonly Subscription[];
  /** The ID of the subscription that is to be the default. */
  readonly wanted: string | undefined;
  /** Absent for a session that asks the broker. */
  readonly idToken?: Secret;
}

/** What writing a session asks of the world. */
export interface ProfileWorld {
  readonly files: Files;
  readonly folders: SharedFolders;
  readonly clock: Clock;
}

/**
 * Writes into a profile what `az login` leaves there. Each file is put in place in one step, and the list,
 * which says who is signed in, follows the entries: a step that ends in between leaves the session of before.
 */
export async function writeSession(
  profile: string,
  { user, subscriptions, wanted, idToken }: NewSession,
  world: ProfileWorld,
): Promise<void> {
  const { files } = world;
  const paths = profileFiles(profile);
  const after = async (path: string): Promise<string> =>
    listAfterSignIn(await files.read(path), subscriptions, user, wanted);
  const isCleared = signedInState(await files.read(paths.list), user) === 'nobody';
  // What a task has cleared is about to be put back by the broker.
  const list = await after(isCleared ? paths.savedList : paths.list);
  if (idToken !== undefined) await writeEntry(paths, user, idToken, world);
  const active = defaultIn(list);
  if (active !== undefined) {
    const clouds = await files.read(paths.clouds);
    await files.replace(paths.clouds, withActiveSubscription(clouds, user.cloudName, active));
  }
  await files.replace(paths.list, list);
  // What a script has added is not ours to put back: its credentials are gone then.
  await files.replace(paths.savedList, await after(paths.savedList));
}

function writeEntry(
  { entries }: ProfileFiles,
  user: ProfileUser,
  idToken: Secret,
  world: ProfileWorld,
): Promise<void> {
  const { files } = world;
  const write = async (): Promise<void> => {
    await files.replace(entries, entriesAfterSignIn(await files.read(entries), user, idToken));
  };
  return withLockOrWithout(entries, () => true, write, world);
}

/** The list as a sign-in by az left it: the broker puts it back when a task clears the profile. */
export async function saveList(profile: string, files: Files): Promise<void> {
  const { list, savedList } = profileFiles(profile);
  const content = await files.read(list);
  if (content !== undefined) await files.replace(savedList, content);
}
