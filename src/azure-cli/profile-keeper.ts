import type { AccessToken } from '../access-token/access-token.ts';
import type { IdToken } from '../id-token/id-token.ts';
import { isOlder, withNewerIdToken } from './entries.ts';
import type { KeeperEvents, KeeperWorld, KeptIdentity } from './kept-identity.ts';
import { profileFiles, type ProfileFiles } from './profile-files.ts';
import { readableState, replaceInProfile, type HeldProfile } from './replacement.ts';
import { signedInState } from './subscription-list.ts';
import { cacheState, withNewerAccessTokens } from './token-cache.ts';

/** What was found the last time, so that a look at rest costs a few questions for dates. */
interface LastLook {
  readonly stamps: string;
  readonly idToken: IdToken;
  /** On the monotonic clock, in ms. */
  readonly nextDueAt: number;
}

/** Keeps one identity signed in in one profile of Azure CLI, with nothing but newer tokens of its own. */
export class ProfileKeeper {
  readonly folder: string;
  readonly #files: ProfileFiles;
  readonly #identity: KeptIdentity;
  readonly #world: KeeperWorld;
  readonly #events: KeeperEvents;
  #last: LastLook | undefined;

  constructor(folder: string, identity: KeptIdentity, world: KeeperWorld, events: KeeperEvents) {
    this.folder = folder;
    this.#files = profileFiles(folder);
    this.#identity = identity;
    this.#world = world;
    this.#events = events;
  }

  /** Replaces what is due. Rejects with the failure to get or to write a token; nothing is lost then. */
  async look(): Promise<void> {
    const { folders } = this.#world;
    const identity = folders.identity(this.folder);
    if (identity === undefined) return;
    const idToken = await this.#identity.idToken();
    if (this.#isAsBefore(idToken)) return;
    const profile = { folder: this.folder, identity, state: () => this.state };
    const state = await readableState(profile, this.#world);
    if (state === 'unreadable') return;
    const stamps = this.#stamps();
    const nextInMs = state === 'signed in' ? await this.#replace(profile, idToken) : forever;
    const isQuiet = stamps === this.#stamps();
    const nextDueAt = this.#world.clock.monotonicMs() + nextInMs;
    this.#last = isQuiet ? { stamps, idToken, nextDueAt } : undefined;
  }

  /** Who is signed in there at this moment. */
  get state(): ReturnType<typeof signedInState> {
    return signedInState(this.#world.folders.read(this.#files.list), this.#identity.owner);
  }

  /** Removes the tokens of a task that was ended by force and could not do so itself. */
  removeTokens(): void {
    const { folders } = this.#world;
    if (folders.identity(this.folder) === undefined || this.state !== 'signed in') return;
    folders.remove(this.#files.entries);
    folders.remove(this.#files.tokenCache);
  }

  /** @returns ms until something is due. */
  async #replace(profile: HeldProfile, idToken: IdToken): Promise<number> {
    const { folders, clock } = this.#world;
    if (this.#files.encrypted.some((path) => folders.stamp(path) !== undefined)) {
      this.#events.notKept(this.folder, 'encrypted');
    }
    await this.#replaceIdToken(profile, idToken);
    const text = folders.read(this.#files.tokenCache);
    if (text === undefined) return forever;
    const { due, nextInMs } = cacheState(text, this.#identity.owner, clock.now());
    const fresh = new Map<string, AccessToken>();
    // Fetched before locking: az waits for the lock no longer than five seconds.
    for (const { key, scope, expiresOn } of due) {
      const accessToken = await this.#identity.accessToken(scope);
      if (accessToken.expiresOn > expiresOn) fresh.set(key, accessToken);
    }
    if (fresh.size > 0) await this.#replaceAccessTokens(profile, fresh);
    return due.length > 0 ? 0 : nextInMs;
  }

  async #replaceIdToken(profile: HeldProfile, idToken: IdToken): Promise<void> {
    const { entries } = this.#files;
    const { owner } = this.#identity;
    const change = (text: string): ReturnType<typeof withNewerIdToken> =>
      withNewerIdToken(text, owner, idToken);
    const text = this.#world.folders.read(entries);
    if (text === undefined || change(text) === undefined) return;
    this.#count('ID token', 1, await replaceInProfile(entries, profile, change, this.#world));
  }

  async #replaceAccessTokens(
    profile: HeldProfile,
    fresh: ReadonlyMap<string, AccessToken>,
  ): Promise<void> {
    const { owner } = this.#identity;
    const now = this.#world.clock.now();
    const outcome = await replaceInProfile(
      this.#files.tokenCache,
      profile,
      (text) => withNewerAccessTokens(text, owner, fresh, now),
      this.#world,
    );
    this.#count('access token', fresh.size, outcome);
  }

  #count(
    what: 'ID token' | 'access token',
    count: number,
    outcome: Awaited<ReturnType<typeof replaceInProfile>>,
  ): void {
    if (outcome === 'locked') this.#events.notKept(this.folder, 'locked');
    if (outcome !== 'replaced') return;
    this.#events.kept(this.folder);
    this.#events.replaced(what, count);
  }

  #isAsBefore(idToken: IdToken): boolean {
    const last = this.#last;
    return (
      last?.idToken === idToken &&
      this.#world.clock.monotonicMs() < last.nextDueAt &&
      last.stamps === this.#stamps()
    );
  }

  #stamps(): string {
    const { list, entries, tokenCache } = this.#files;
    const { folders } = this.#world;
    return [list, entries, tokenCache].map((path) => folders.stamp(path) ?? '-').join(' ');
  }
}

const forever = Number.POSITIVE_INFINITY;

/**
 * Keeps the ID token of a task that uses kubelogin fresh: the task writes it to a file once, and each
 * start of kubelogin reads that file.
 */
export async function refreshIdTokenFile(
  path: string,
  folder: string,
  identity: KeptIdentity,
  world: KeeperWorld,
): Promise<boolean> {
  const { folders } = world;
  const found = folders.identity(folder);
  if (found === undefined) return false;
  const idToken = await identity.idToken();
  if (!isOlder(folders.read(path), idToken)) return false;
  const draft = folders.draft(world.draftFolder, idToken.token);
  try {
    // Read again, since asking for the ID token may have taken a while.
    if (folders.identity(folder) !== found || !isOlder(folders.read(path), idToken)) return false;
    return folders.move(draft, path);
  } finally {
    folders.remove(draft);
  }
}
