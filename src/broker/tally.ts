import type { ErrorCode, FederationError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** What happened to one connection while the broker ran. */
export interface ConnectionReport {
  readonly name: string;
  readonly idTokens: number;
  readonly accessTokens: number;
  /** Requests upstream that failed, whether or not a client noticed. */
  readonly failedRequests: number;
  /** Answers by kind of client. */
  readonly served: Readonly<Record<string, number>>;
  /** Answers that told a client of a failure. */
  readonly refusedAnswers: number;
  /** The longest that a client waited, in ms. */
  readonly longestWaitMs: number;
  readonly lastFailure?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly remedy: string;
    /** ISO 8601. */
    readonly on: string;
    /** Whether asking succeeded again later. */
    readonly isOver: boolean;
  };
}

/** So many kinds of clients are told apart; the list must not grow with what clients send. */
const mostKinds = 20;

/** Counts what happened to one connection. */
export class Tally {
  readonly #name: string;
  readonly #clock: Clock;
  #idTokens = 0;
  #accessTokens = 0;
  #failedRequests = 0;
  #refusedAnswers = 0;
  #longestWaitMs = 0;
  #lastFailure: ConnectionReport['lastFailure'];
  readonly #served = new Map<string, number>();

  constructor(name: string, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  mintedIdToken(): void {
    this.#idTokens += 1;
    this.#isBack();
  }

  mintedAccessToken(): void {
    this.#accessTokens += 1;
    this.#isBack();
  }

  failed({ code, message, remedy }: FederationError): void {
    this.#failedRequests += 1;
    const on = this.#clock.now().toISOString();
    this.#lastFailure = { code, message, remedy, on, isOver: false };
  }

  answered(kind: string, isRefusal: boolean, waitMs: number): void {
    const known = this.#served.has(kind) || this.#served.size < mostKinds;
    const key = known ? kind : 'other program';
    this.#served.set(key, (this.#served.get(key) ?? 0) + 1);
    if (isRefusal) this.#refusedAnswers += 1;
    this.#longestWaitMs = Math.max(this.#longestWaitMs, waitMs);
  }

  report(): ConnectionReport {
    return {
      name: this.#name,
      idTokens: this.#idTokens,
      accessTokens: this.#accessTokens,
      failedRequests: this.#failedRequests,
      served: Object.fromEntries(this.#served),
      refusedAnswers: this.#refusedAnswers,
      longestWaitMs: Math.round(this.#longestWaitMs),
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }

  #isBack(): void {
    if (this.#lastFailure !== undefined) {
      this.#lastFailure = { ...this.#lastFailure, isOver: true };
    }
  }
}
