import { Secret } from '../secret.ts';
import { entriesAfterSignIn } from './entries.ts';
import type { KeeperEvents, KeeperWorld, KeptIdentity } from './kept-identity.ts';
import { withLockOrWithout } from './lock.ts';
import { profileFiles, type ProfileFiles } from './profile-files.ts';
import { signedInState } from './subscription-list.ts';

/** A list has to stay empty for this long before it is put back, in ms: `az login` may follow `az account clear`. */
const emptyForMs = 2_000;

/** When to look whether another program was writing in the very moment of putting back, in ms. */
const looksAfterMs = [0, 200, 1_000];

/**
 * Puts FederatedLogin's session back after a task has emptied the profile with `az account clear`, as
 * tasks without a profile of their own do at their end. A list that names somebody else is a choice of
 * the job and stays.
 */
export class OwnSession {
  readonly #profile: string;
  readonly #files: ProfileFiles;
  readonly #identity: KeptIdentity;
  readonly #world: KeeperWorld;
  readonly #events: KeeperEvents;
  #isLooking = false;
  /** The list was emptied, and our entry has not been put back yet: there may have been no ID token. */
  #isOwed = false;

  constructor(profile: string, identity: KeptIdentity, world: KeeperWorld, events: KeeperEvents) {
    this.#profile = profile;
    this.#files = profileFiles(profile);
    this.#identity = identity;
    this.#world = world;
    this.#events = events;
  }

  /** Puts back the list where it is empty, and our entry where it is missing; waits before. */
  async look(): Promise<void> {
    this.#isOwed ||= this.#isEmpty();
    if (this.#isLooking || !this.#isOwed) return;
    this.#isLooking = true;
    try {
      const { folders, clock } = this.#world;
      const { list } = this.#files;
      const stamp = folders.stamp(list);
      await clock.sleep(emptyForMs);
      const isStillEmpty = this.#isEmpty() && folders.stamp(list) === stamp;
      // Another connection of the job may have put back the list, which both share, but not our entry.
      const isListed = signedInState(folders.read(list), this.#identity.owner) === 'signed in';
      if (isStillEmpty || isListed) await this.#putBack();
      this.#isOwed = false;
    } finally {
      this.#isLooking = false;
    }
  }

  async #putBack(): Promise<void> {
    const { folders, draftFolder } = this.#world;
    const { entries, savedList } = this.#files;
    const saved = folders.read(savedList);
    const identity = folders.identity(this.#profile);
    if (saved === undefined || identity === undefined) return;
    const isStillThere = (): boolean => folders.identity(this.#profile) === identity;
    const { owner } = this.#identity;
    if (signedInState(saved, owner) === 'signed in') {
      const { token } = await this.#identity.idToken();
      const write = (): Promise<void> => {
        const content = entriesAfterSignIn(folders.read(entries), owner, token);
        this.#place(folders.draft(draftFolder, content), entries);
        return Promise.resolve();
      };
      // A step may sign another connection in just now.
      await withLockOrWithout(entries, isStillThere, write, this.#world);
    }
    if (!this.#isEmpty() || !isStillThere()) return;
    await this.#replaceList(saved);
  }

  /** The emptied file stays in reach under a second name: whoever writes to it now is not lost. */
  async #replaceList(saved: string): Promise<void> {
    const { folders, clock, draftFolder } = this.#world;
    const { list } = this.#files;
    const draft = folders.draft(draftFolder, new Secret(saved));
    const emptied = `${draft}-emptied`;
    try {
      if (!folders.link(list, emptied) || !this.#isEmpty() || !folders.move(draft, list)) return;
      for (const ms of looksAfterMs) {
        await clock.sleep(ms);
        const written = folders.read(emptied);
        if (signedInState(written, this.#identity.owner) === 'nobody') continue;
        if (folders.read(list) === saved) folders.move(emptied, list);
        return;
      }
      this.#events.putBack();
    } finally {
      folders.remove(draft);
      folders.remove(emptied);
    }
  }

  #place(draft: string, path: string): void {
    const { folders } = this.#world;
    folders.move(draft, path);
    folders.remove(draft);
  }

  #isEmpty(): boolean {
    const text = this.#world.folders.read(this.#files.list);
    return signedInState(text, this.#identity.owner) === 'nobody';
  }
}
