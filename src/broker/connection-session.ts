import { accessTokenLifeMs, type AccessToken } from '../access-token/access-token.ts';
import { exchange, type Identity } from '../access-token/exchange.ts';
import { FederationError } from '../errors.ts';
import { idTokenLifeMs, type IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import { requestIdToken } from '../id-token/request-id-token.ts';
import type { Chance, Clock, EntraAccessTokens, Files, Http } from '../ports.ts';
import { accessTokenRhythm, idTokenRhythm } from './freshness.ts';
import type { AccessTokenFile, KeptConnection } from './messages.ts';
import { Tally } from './tally.ts';
import { TokenKeeper, type Minted } from './token-keeper.ts';
import { FailureBudget, Weather } from './weather.ts';

/** What the broker asks of the world. */
export interface BrokerWorld {
  readonly http: Http;
  readonly entra: EntraAccessTokens;
  readonly files: Files;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** How long a task waits for the first token of its connection, in ms. */
const firstTokenMs = 120_000;

/** So many scopes are kept for one connection; beyond them the longest unused is forgotten. */
const mostScopes = 64;

interface Scope {
  readonly keeper: TokenKeeper<AccessToken>;
  /** Files that hold this access token; one that has any is never forgotten. */
  readonly files: Set<string>;
}

/** Keeps one service connection signed in: its ID token, its access tokens, and their files. */
export class ConnectionSession {
  readonly idTokens: TokenKeeper<IdToken>;
  readonly tally: Tally;
  readonly #connection: KeptConnection;
  readonly #identity: Identity;
  readonly #world: BrokerWorld;
  readonly #budget = new FailureBudget();
  readonly #entraWeather = new Weather(this.#budget);
  /** In the order of their last use. */
  readonly #scopes = new Map<string, Scope>();

  constructor(connection: KeptConnection, tokenFile: string, job: Job, world: BrokerWorld) {
    const { clock, chance, files } = world;
    this.#connection = connection;
    this.#identity = { ...connection, authorityHost: new URL(connection.authorityHost) };
    this.#world = world;
    this.tally = new Tally(connection.name, clock);
    this.idTokens = new TokenKeeper({
      prepare: () =>
        Promise.resolve(async (timeoutMs) => {
          const askedOn = clock.now();
          const { idToken, pauseMs } = await requestIdToken(connection, job, timeoutMs, world);
          return { token: idToken, lifeMs: idTokenLifeMs(idToken, askedOn), pauseMs };
        }),
      // Without a newline: several clients send the content as it is.
      deliver: (idToken) => files.replace(tokenFile, idToken.token),
      rhythm: idTokenRhythm,
      weather: new Weather(this.#budget),
      events: {
        minted: () => this.tally.mintedIdToken(),
        failed: (failure) => this.tally.failed(failure),
      },
      clock,
      chance,
    });
    for (const file of connection.accessTokenFiles) this.keepFile(file);
  }

  /** As it was registered, with the files that came later: what a successor needs to know. */
  get connection(): KeptConnection {
    const accessTokenFiles = [...this.#scopes].flatMap(([scope, { files }]) =>
      [...files].map((path) => ({ path, scope })),
    );
    return { ...this.#connection, accessTokenFiles };
  }

  /**
   * Waits out passing trouble, unless it would last longer than a task should wait.
   * @throws {FederationError} the reason why there is none.
   */
  async firstIdToken(): Promise<IdToken> {
    const { clock } = this.#world;
    const giveUpAt = clock.monotonicMs() + firstTokenMs;
    for (;;) {
      try {
        return await this.idTokens.current();
      } catch (error) {
        const waitMs = Math.max(this.idTokens.opensInMs(), 100);
        const isHopeless = !(error instanceof FederationError) || error.kind === 'definite';
        if (isHopeless || clock.monotonicMs() + waitMs > giveUpAt) throw error;
        await clock.sleep(waitMs);
      }
    }
  }

  /** @throws {FederationError} the reason why there is none. */
  async accessToken(scope: string): Promise<AccessToken> {
    return this.#scope(scope).keeper.current();
  }

  /** Keeps the access token for a scope in a file from now on. */
  keepFile({ path, scope }: AccessTokenFile): void {
    this.#scope(scope).files.add(path);
  }

  /** Takes files back whose access tokens could not be had. */
  dropFiles(dropped: readonly AccessTokenFile[]): void {
    for (const { path, scope } of dropped) this.#scopes.get(scope)?.files.delete(path);
  }

  /** Writes every file that this connection was ordered, and tells the first reason why not. */
  async fillFiles(): Promise<void> {
    for (const [scope, { files }] of [...this.#scopes]) {
      if (files.size > 0) await this.#write(await this.accessToken(scope), files);
    }
  }

  /** Does what is due; never rejects. */
  async tend(): Promise<void> {
    await this.idTokens.tend();
    await Promise.all(this.#tended().map((keeper) => keeper.tend()));
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    return Math.min(this.idTokens.dueInMs(), ...this.#tended().map((keeper) => keeper.dueInMs()));
  }

  /** Only what stands in files is renewed unasked; the rest when a client wants it. */
  #tended(): readonly TokenKeeper<AccessToken>[] {
    return [...this.#scopes.values()]
      .filter(({ files }) => files.size > 0)
      .map(({ keeper }) => keeper);
  }

  #scope(scope: string): Scope {
    const known = this.#scopes.get(scope);
    if (known !== undefined) {
      this.#scopes.delete(scope);
      this.#scopes.set(scope, known);
      return known;
    }
    this.#forgetOne();
    const files = new Set<string>();
    const created = { keeper: this.#accessTokenKeeper(scope, files), files };
    this.#scopes.set(scope, created);
    return created;
  }

  #forgetOne(): void {
    if (this.#scopes.size < mostScopes) return;
    const longestUnused = [...this.#scopes].find(([, { files }]) => files.size === 0);
    if (longestUnused === undefined) throw tooManyScopes(this.#connection.name);
    this.#scopes.delete(longestUnused[0]);
  }

  #accessTokenKeeper(scope: string, files: ReadonlySet<string>): TokenKeeper<AccessToken> {
    const { clock, chance } = this.#world;
    return new TokenKeeper({
      prepare: async () => {
        const idToken = await this.idTokens.current();
        return (timeoutMs) => this.#exchange(idToken, scope, timeoutMs);
      },
      deliver: (accessToken) => this.#write(accessToken, files),
      rhythm: accessTokenRhythm,
      weather: this.#entraWeather,
      events: {
        minted: () => this.tally.mintedAccessToken(),
        failed: (failure) => this.tally.failed(failure),
      },
      clock,
      chance,
    });
  }

  async #exchange(
    idToken: IdToken,
    scope: string,
    timeoutMs: number,
  ): Promise<Minted<AccessToken>> {
    const askedOn = this.#world.clock.now();
    try {
      const token = await exchange(this.#identity, idToken, scope, timeoutMs, this.#world);
      return { token, lifeMs: accessTokenLifeMs(token, askedOn) };
    } catch (error) {
      // Entra holds the ID token to be expired, whatever we think: the next attempt needs another.
      if (error instanceof FederationError && error.code === 'AADSTS700024') {
        void this.idTokens.refresh();
      }
      throw error;
    }
  }

  async #write(accessToken: AccessToken, files: ReadonlySet<string>): Promise<void> {
    for (const path of files) await this.#world.files.replace(path, accessToken.token);
  }
}

function tooManyScopes(connection: string): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `The broker keeps ${mostScopes} access tokens in files for the service connection "${connection}" already.`,
    remedy: 'Ask for fewer access tokens in one job.',
    kind: 'definite',
  });
}
