import type { FederationError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { isOfService } from '../upstream/retry-policy.ts';
import type { ConnectionReport } from '../wire/report.ts';

/** How many kinds of clients are counted apart. The list must not grow with what clients send. */
const maxKinds = 20;

/** Whose failure or success it was: the ID token's, or that of the access token for a scope. */
export type Concern = 'ID token' | { readonly scope: string };

/** Counts what happened to one connection. */
export class Statistics {
  /** What the connection is called. */
  name: string;
  readonly #clock: Clock;
  #idTokens = 0;
  #accessTokens = 0;
  #failedRequests = 0;
  #refusedAnswers = 0;
  #longestWaitMs = 0;
  #lastFailure: ConnectionReport['lastFailure'];
  #unforeseen: readonly string[] | undefined;
  #failed: { readonly concern: Concern; readonly kind: FederationError['kind'] } | undefined;
  readonly #served = new Map<string, number>();

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  minted(concern: Concern): void {
    if (concern === 'ID token') this.#idTokens += 1;
    else this.#accessTokens += 1;
    if (this.#lastFailure !== undefined && this.#isOver(concern)) {
      this.#lastFailure = { ...this.#lastFailure, isOver: true };
    }
  }

  failed({ code, message, remedy, kind, place }: FederationError, concern: Concern): void {
    this.#failedRequests += 1;
    this.#unforeseen ??= place;
    this.#failed = { concern, kind };
    const on = this.#clock.now().toISOString();
    this.#lastFailure = { code, message, remedy, on, isOver: false };
  }

  answered(kind: string, isRefusal: boolean, waitMs: number): void {
    const known = this.#served.has(kind) || this.#served.size < maxKinds;
    const key = known ? kind : 'other program';
    this.#served.set(key, (this.#served.get(key) ?? 0) + 1);
    if (isRefusal) this.#refusedAnswers += 1;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waitMs);
  }

  report(): ConnectionReport {
    return {
      name: this.name,
      idTokens: this.#idTokens,
      accessTokens: this.#accessTokens,
      failedRequests: this.#failedRequests,
      served: Object.fromEntries(this.#served),
      refusedAnswers: this.#refusedAnswers,
      longestWaitMs: Math.round(this.#longestWaitMs),
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      ...(this.#unforeseen === undefined ? {} : { unforeseen: this.#unforeseen }),
    };
  }

  /**
   * Whether a success ends the last failure: of the same service, whose trouble passes for all at
   * once, and for a definite no of the very same scope.
   */
  #isOver(concern: Concern): boolean {
    if (this.#failed === undefined) return false;
    const { concern: failed, kind } = this.#failed;
    if (failed === 'ID token' || concern === 'ID token') return failed === concern;
    return isOfService(kind) || failed.scope === concern.scope;
  }
}
