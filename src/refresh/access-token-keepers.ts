import { accessTokenLifeMs, type AccessToken } from '../access-token/access-token.ts';
import { isOutOfTime } from '../access-token/entra-failures.ts';
import { exchange, type Identity } from '../access-token/exchange.ts';
import { FederationError } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { AccessTokenFile } from '../wire/messages.ts';
import type { BrokerWorld } from './broker-world.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { accessTokenPolicy } from './refresh-policy.ts';
import { TokenKeeper, type KeeperEvents } from './token-keeper.ts';

/** So many scopes are kept for one connection; beyond them the longest unused is forgotten. */
const maxScopes = 64;

interface AccessTokenParts {
  /** What the tasks call the connection, also once its ID token has a better name. */
  readonly name: string;
  readonly identity: Identity;
  readonly idTokens: TokenKeeper<IdToken>;
  /** Of Entra, whose trouble is one for all scopes. */
  readonly breaker: CircuitBreaker;
  readonly events: (scope: string) => KeeperEvents;
  /** For how long new permissions are waited for, in ms. */
  readonly settlingMs: () => number;
  readonly world: BrokerWorld;
}

/** What is kept for one scope. */
interface Kept {
  readonly scope: string;
  readonly keeper: TokenKeeper<AccessToken>;
  /** Files that hold this access token; one that has any is never forgotten. */
  readonly files: Set<string>;
}

/** Keeps the access tokens of a service connection fresh, one for each scope, and their files. */
export class AccessTokenKeepers {
  readonly #parts: AccessTokenParts;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();

  constructor(parts: AccessTokenParts) {
    this.#parts = parts;
  }

  /** The files that hold access tokens, as they were ordered. */
  get files(): readonly AccessTokenFile[] {
    return this.#inFiles.flatMap(({ scope, files }) =>
      [...files].map((path) => ({ kind: 'file', path, scope }) as const),
    );
  }

  /** Only what stands in files is renewed unasked; the rest when a client wants it. */
  get withFiles(): readonly TokenKeeper<AccessToken>[] {
    return this.#inFiles.map(({ keeper }) => keeper);
  }

  /**
   * The one that keeps the access token for a scope.
   * @throws {FederationError} BROKER_BUSY when files hold as many others as may be kept.
   */
  of(scope: string): TokenKeeper<AccessToken> {
    return this.#use(scope).keeper;
  }

  /** Keeps a file fresh from now on, beginning with the next token; throws as {@link of} does. */
  keepFile({ path, scope }: AccessTokenFile): void {
    const { files } = this.#use(scope);
    // A file holds one access token: the order that came last decides which.
    for (const other of this.#kept.values()) other.files.delete(path);
    files.add(path);
  }

  /** Leaves every file as it is from now on. */
  keepNoFile(): void {
    for (const { files } of this.#kept.values()) files.clear();
  }

  /**
   * Writes every file that is kept.
   * @param tokenFor gets the access token for a scope.
   * @throws {FederationError} the first reason why not.
   */
  async fillFiles(tokenFor: (scope: string) => Promise<AccessToken>): Promise<void> {
    const filled = this.#inFiles.map(async ({ scope, files }) => {
      await this.#write(await tokenFor(scope), files);
    });
    await Promise.all(filled);
  }

  get #inFiles(): readonly Kept[] {
    return [...this.#kept.values()].filter(({ files }) => files.size > 0);
  }

  /** Makes this scope the one that was used last. */
  #use(scope: string): Kept {
    const kept = this.#kept.get(scope) ?? this.#create(scope);
    this.#kept.delete(scope);
    this.#kept.set(scope, kept);
    return kept;
  }

  #forgetOne(): void {
    if (this.#kept.size < maxScopes) return;
    const longestUnused = [...this.#kept.values()].find(({ files }) => files.size === 0);
    if (longestUnused === undefined) throw tooManyFiles(this.#parts.name);
    this.#kept.delete(longestUnused.scope);
  }

  #create(scope: string): Kept {
    this.#forgetOne();
    const { identity, idTokens, breaker, events, settlingMs, world } = this.#parts;
    const { clock, chance } = world;
    const files = new Set<string>();
    const keeper = new TokenKeeper<AccessToken>({
      prepare: async () => {
        const idToken = await idTokens.current();
        return async (timeoutMs) => {
          try {
            const token = await exchange(identity, idToken, scope, timeoutMs, world);
            return { token, lifeMs: accessTokenLifeMs(token, clock.now()) };
          } catch (error) {
            // Entra holds the ID token to be expired, whatever we think: the next attempt needs another.
            const isExpired = error instanceof FederationError && isOutOfTime(error.code);
            if (isExpired) void idTokens.refresh();
            throw error;
          }
        };
      },
      deliver: (token) => this.#write(token, files),
      policy: accessTokenPolicy,
      breaker,
      events: events(scope),
      settlingMs,
      clock,
      chance,
    });
    return { scope, keeper, files };
  }

  async #write({ token }: AccessToken, files: ReadonlySet<string>): Promise<void> {
    for (const path of files) await this.#parts.world.files.replace(path, token);
  }
}

function tooManyFiles(connection: string): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `The broker keeps ${maxScopes} access tokens in files for the service connection "${connection}" already.`,
    remedy: 'Ask for fewer access tokens in one job.',
    kind: 'definite',
  });
}
