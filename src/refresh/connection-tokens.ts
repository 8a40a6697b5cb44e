import { byThisClock, type AccessToken } from '../access-token/access-token.ts';
import type { Identity } from '../access-token/exchange.ts';
import type { ProfileOwner } from '../azure-cli/owner.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import {
  usualSettlingMs,
  withRetries,
  type Patience,
  type Waiting,
} from '../upstream/retry-policy.ts';
import type { ConnectionOrder, TokenPlace } from '../wire/messages.ts';
import { AccessTokenKeepers } from './access-token-keepers.ts';
import type { BrokerWorld } from './broker-world.ts';
import { CircuitBreaker, FailureBudget } from './circuit-breaker.ts';
import type { ConnectionChronicle } from './connection-chronicle.ts';
import { idTokenKeeper } from './id-token-keeper.ts';
import { foretell, keeperEvents } from './keeper-events.ts';
import { Statistics } from './statistics.ts';
import type { TokenKeeper } from './token-keeper.ts';

/** A client's request is held this long at most for a refusal to pass, in ms: clients wait for little more. */
const maxHeldMs = 10_000;

/** Between two attempts of a keeper that may ask at once, in ms. */
const minPauseMs = 100;

/** Keeps one service connection signed in: its ID token, its access tokens, and their files. */
export class ConnectionTokens {
  readonly idTokens: TokenKeeper<IdToken>;
  readonly statistics: Statistics;
  readonly chronicle: ConnectionChronicle | undefined;
  readonly #connection: ConnectionOrder;
  /** Its name gets better with the first ID token. */
  readonly #identity: Identity & { readonly id: string; name: string };
  readonly #world: BrokerWorld;
  readonly #accessTokens: AccessTokenKeepers;
  readonly #azureCliProfiles = new Set<string>();
  #keepOtherTasks: boolean | undefined;
  #settlingMs: number;
  /** Of each token that a task waits for. */
  readonly #waiting = new Map<symbol, Waiting>();

  /**
   * @param tokenFile where the ID token stands for tools; undefined where no tool reads it.
   * @param chronicle where what happens is written down; undefined where nobody asks for that.
   */
  constructor(
    connection: ConnectionOrder,
    tokenFile: string | undefined,
    job: Job,
    world: BrokerWorld,
    chronicle?: ConnectionChronicle,
  ) {
    this.#connection = connection;
    this.#settlingMs = connection.propagationMs ?? usualSettlingMs;
    this.#identity = { ...connection, authorityHost: new URL(connection.authorityHost) };
    this.#world = world;
    this.statistics = new Statistics(connection.name, world.clock);
    this.chronicle = chronicle;
    const budget = new FailureBudget();
    this.idTokens = idTokenKeeper({
      connection: this.#identity,
      job,
      statistics: this.statistics,
      chronicle,
      onToken: (idToken) => foretell(idToken, this.#identity, this.statistics, chronicle),
      budget,
      // Without a newline: several clients send the content as it is.
      ...(tokenFile === undefined
        ? {}
        : { deliver: ({ token }: IdToken) => world.files.replace(tokenFile, token) }),
      world,
    });
    this.#accessTokens = new AccessTokenKeepers({
      name: connection.name,
      identity: this.#identity,
      idTokens: this.idTokens,
      breaker: new CircuitBreaker(budget),
      events: (scope) => keeperEvents({ scope }, this.statistics, chronicle),
      settlingMs: () => this.#settlingMs,
      world,
    });
    for (const place of connection.places) this.keep(place);
    this.#keepOtherTasks = connection.keepOtherTasks;
  }

  /** As it was registered, with the places that came later: what a successor needs to know. */
  get connection(): ConnectionOrder {
    const kind = 'azure-cli';
    const profiles = this.azureCliProfiles.map((profile) => ({ kind, profile }) as const);
    return {
      ...this.#connection,
      name: this.#identity.name,
      places: [...this.#accessTokens.files, ...profiles],
      keepOtherTasks: this.#keepOtherTasks,
      propagationMs: this.#settlingMs,
    };
  }

  /** What keeps a task waiting at this moment: of several troubles, the one that is given up last. */
  get waiting(): Waiting | undefined {
    const all = [...this.#waiting.values()];
    return all.sort((a, b) => Number(a.until) - Number(b.until)).at(-1);
  }

  /** For how long the author wants to wait for new permissions to arrive, from now on. */
  set propagationMs(ms: number) {
    this.#settlingMs = ms;
  }

  /**
   * The ID token, once it stands in its file, for a task.
   * @param budgetMs how long to keep retrying transient failures, in ms.
   * @throws {FederationError} the reason why there is none, or none in the file.
   */
  async firstIdToken(budgetMs = 0): Promise<IdToken> {
    const idToken = await this.#untilFirstToken(this.idTokens, budgetMs);
    await this.idTokens.delivered();
    return idToken;
  }

  /**
   * An access token, for a task.
   * @param budgetMs how long to keep retrying transient failures, in ms.
   * @throws {FederationError} the reason why there is none.
   */
  async firstAccessToken(scope: string, budgetMs: number): Promise<AccessToken> {
    const keeper = this.#accessTokens.of(scope);
    return byThisClock(await this.#untilFirstToken(keeper, budgetMs), keeper);
  }

  /**
   * What a client gets, which knows itself for how long to ask again.
   * @param wantedMs with less life left the client takes the token for ended, in ms.
   * @throws {FederationError} the reason why there is none.
   */
  async accessToken(scope: string, wantedMs = 0): Promise<AccessToken> {
    const keeper = this.#accessTokens.of(scope);
    if (wantedMs > 0) return byThisClock(await keeper.lasting(wantedMs), keeper);
    // Told to nobody: only tasks have a log.
    const patience = { transientMs: 0, settlingMs: Math.min(this.#settlingMs, maxHeldMs) };
    return byThisClock(await this.#attempt(keeper, patience, () => undefined), keeper);
  }

  /** Where Azure CLI is signed in by a task of ours, or is about to be. */
  get azureCliProfiles(): readonly string[] {
    return [...this.#azureCliProfiles];
  }

  /** Whether sessions that other tasks open for this connection are kept too. */
  get keepsOtherTasks(): boolean {
    return this.#keepOtherTasks === true;
  }

  /** Whose sessions of Azure CLI are this connection's. */
  get profileOwner(): ProfileOwner {
    const { clientId, tenantId, authorityHost } = this.#identity;
    return { clientId, tenantId, loginHost: authorityHost.host };
  }

  /** Takes what another task of the job says of the sessions of other tasks: one no is final. */
  hear(keepOtherTasks: boolean | undefined): void {
    if (this.#keepOtherTasks !== false)
      this.#keepOtherTasks = keepOtherTasks ?? this.#keepOtherTasks;
  }

  /** Keeps tokens fresh there from now on, beginning with the next one. */
  keep(place: TokenPlace): void {
    if (place.kind === 'azure-cli') this.#azureCliProfiles.add(place.profile);
    else this.#accessTokens.keepFile(place);
  }

  /** Goes back to the places of an earlier moment, when access tokens for new ones cannot be had. */
  keepOnly(places: readonly TokenPlace[]): void {
    this.#accessTokens.keepNoFile();
    this.#azureCliProfiles.clear();
    for (const place of places) this.keep(place);
  }

  /**
   * Writes every file that was ordered for this connection.
   * @param budgetMs how long to keep retrying transient failures, in ms.
   * @throws {FederationError} the first reason why not.
   */
  fillFiles(budgetMs: number): Promise<void> {
    return this.#accessTokens.fillFiles((scope) => this.firstAccessToken(scope, budgetMs));
  }

  /** A client of the given kind was answered after so many ms. */
  answered(kind: string, isRefusal: boolean, waitMs: number): void {
    this.statistics.answered(kind, isRefusal, waitMs);
    this.chronicle?.answered(kind, isRefusal, waitMs);
  }

  /** Does what is due; never rejects. */
  async tend(): Promise<void> {
    const keepers = [this.idTokens, ...this.#accessTokens.withFiles];
    await Promise.all(keepers.map((keeper) => keeper.tend()));
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    // Without an ID token nothing else can be had.
    const others = this.idTokens.isHolding ? this.#accessTokens.withFiles : [];
    return Math.min(this.idTokens.dueInMs(), ...others.map((keeper) => keeper.dueInMs()));
  }

  async #untilFirstToken<T>(keeper: TokenKeeper<T>, budgetMs: number): Promise<T> {
    const key = Symbol();
    const patience = { transientMs: budgetMs, settlingMs: this.#settlingMs };
    return this.#attempt(keeper, patience, (waiting) => {
      if (waiting === undefined) this.#waiting.delete(key);
      else this.#waiting.set(key, waiting);
    });
  }

  /** The keeper itself knows when another attempt makes sense. */
  #attempt<T>(
    keeper: TokenKeeper<T>,
    patience: Patience,
    onWait: (waiting: Waiting | undefined) => void,
  ): Promise<T> {
    return withRetries(() => keeper.current(), patience, {
      clock: this.#world.clock,
      pauseMs: ({ retryAfterMs = 0 }) => Math.max(retryAfterMs, minPauseMs),
      onWait,
    });
  }
}
