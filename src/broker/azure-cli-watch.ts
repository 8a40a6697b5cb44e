import { KeeperStatistics } from '../azure-cli/keeper-statistics.ts';
import type { KeeperWorld, KeptIdentity } from '../azure-cli/kept-identity.ts';
import { OwnSession } from '../azure-cli/own-session.ts';
import { ProfileKeeper, refreshIdTokenFile } from '../azure-cli/profile-keeper.ts';
import { findTaskSignIns, type TaskSignIns } from '../azure-cli/task-profiles.ts';
import { minDueMs } from '../azure-cli/token-cache.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { ConnectionTokens } from '../refresh/connection-tokens.ts';
import type { AzureCliReport } from '../wire/report.ts';

/** How often the temp folder is searched for profiles of other tasks, in ms. */
const searchMs = 30_000;

/** A profile that FederatedLogin signed in. */
interface OwnProfile {
  readonly session: OwnSession;
  readonly keeper: ProfileKeeper;
  readonly unwatch: () => void;
}

/** What is known of one connection's profiles. */
interface Watched {
  readonly identity: KeptIdentity;
  readonly statistics: KeeperStatistics;
  readonly own: Map<string, OwnProfile>;
  readonly others: Map<string, ProfileKeeper>;
  idToken?: IdToken;
  searchedAt: number;
  isBusy: boolean;
}

/** Keeps the profiles of Azure CLI of a job signed in: our own, and those of other tasks. */
export class AzureCliWatch {
  readonly #tempDirectory: string;
  readonly #world: KeeperWorld;
  readonly #watched = new Map<string, Watched>();

  constructor(tempDirectory: string, world: KeeperWorld) {
    this.#tempDirectory = tempDirectory;
    this.#world = world;
  }

  /** Does what is due for a connection; never rejects, and never fails anything else. */
  async look(id: string, tokens: ConnectionTokens): Promise<void> {
    if (!tokens.idTokens.isHolding) return;
    if (tokens.azureCliProfiles.length === 0 && !tokens.keepsOtherTasks) return;
    const watched = this.#watched.get(id) ?? this.#watch(id, tokens);
    for (const profile of tokens.azureCliProfiles) this.#adoptOwn(profile, watched);
    for (const [profile, { session }] of watched.own) {
      // Not awaited: it waits for two seconds where the profile is empty.
      void this.#unlessFailing(session.look(), watched, profile);
    }
    if (watched.isBusy) return;
    watched.isBusy = true;
    try {
      await this.#keep(tokens, watched);
    } catch {
      // Azure DevOps or Entra gave no token: the connection's own statistics know why.
    } finally {
      watched.isBusy = false;
    }
  }

  /** Forgets a connection that is kept no longer. */
  forget(id: string): void {
    for (const { unwatch } of this.#watched.get(id)?.own.values() ?? []) unwatch();
    this.#watched.delete(id);
  }

  /** What was done for a connection; undefined where nothing had to be. */
  report(id: string): AzureCliReport | undefined {
    return this.#watched.get(id)?.statistics.report();
  }

  /** At the end: tokens in profiles of tasks that were ended by force go with the broker. */
  close(): void {
    for (const [id, { others }] of this.#watched) {
      for (const keeper of others.values()) keeper.removeTokens();
      this.forget(id);
    }
  }

  async #keep(tokens: ConnectionTokens, watched: Watched): Promise<void> {
    const { clock, folders } = this.#world;
    const idToken = await tokens.idTokens.current();
    const isNewToken = watched.idToken !== idToken;
    watched.idToken = idToken;
    for (const { keeper } of watched.own.values()) {
      await this.#unlessFailing(keeper.look(), watched, keeper.folder);
    }
    const isDue = isNewToken || clock.monotonicMs() - watched.searchedAt >= searchMs;
    if (!isDue || !tokens.keepsOtherTasks) return;
    watched.searchedAt = clock.monotonicMs();
    await this.#keepOthers(findTaskSignIns(this.#tempDirectory, folders), watched);
  }

  async #keepOthers({ profiles, idTokenFiles }: TaskSignIns, watched: Watched): Promise<void> {
    const { identity, statistics, others } = watched;
    for (const folder of others.keys()) if (!profiles.includes(folder)) others.delete(folder);
    for (const folder of profiles) {
      const keeper = others.get(folder) ?? this.#keeper(folder, identity, statistics);
      others.set(folder, keeper);
      await this.#unlessFailing(keeper.look(), watched, folder);
    }
    for (const { folder, path } of idTokenFiles) {
      const refreshing = refreshIdTokenFile(path, folder, identity, this.#world).then((done) => {
        if (!done) return;
        statistics.kept(folder);
        statistics.replaced('ID token', 1);
      });
      await this.#unlessFailing(refreshing, watched, folder);
    }
  }

  /** What cannot be kept is counted, and tried again in the next round. */
  async #unlessFailing(
    work: Promise<void>,
    { statistics }: Watched,
    folder: string,
  ): Promise<void> {
    await work.catch(() => statistics.notKept(folder, 'failed'));
  }

  #watch(id: string, tokens: ConnectionTokens): Watched {
    const watched: Watched = {
      identity: {
        owner: tokens.profileOwner,
        idToken: () => tokens.idTokens.current(),
        accessToken: (scope) => tokens.accessToken(scope, minDueMs),
      },
      statistics: new KeeperStatistics(),
      own: new Map(),
      others: new Map(),
      searchedAt: Number.NEGATIVE_INFINITY,
      isBusy: false,
    };
    this.#watched.set(id, watched);
    return watched;
  }

  #adoptOwn(profile: string, watched: Watched): void {
    const { folders } = this.#world;
    if (watched.own.has(profile) || folders.identity(profile) === undefined) return;
    const { identity, statistics } = watched;
    const session = new OwnSession(profile, identity, this.#world, statistics);
    const unwatch = folders.watch(profile, () => {
      void this.#unlessFailing(session.look(), watched, profile);
    });
    const keeper = this.#keeper(profile, identity, statistics);
    watched.own.set(profile, { session, keeper, unwatch });
  }

  #keeper(folder: string, identity: KeptIdentity, statistics: KeeperStatistics): ProfileKeeper {
    return new ProfileKeeper(folder, identity, this.#world, statistics);
  }
}
