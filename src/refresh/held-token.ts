import type { Clock } from '../ports.ts';
import { elapsedMs, momentOf, type Moment } from './refresh-policy.ts';

/** How long a token is good, and since when, all in ms. */
export interface Lifetime {
  readonly askedAt: Moment;
  /** From the moment it was asked for. */
  readonly lifeMs: number;
  /** From the moment it was asked for until a new one is wanted. */
  readonly refreshAfterMs: number;
  /** When it was issued by its issuer's clock; undefined where that is not known. */
  readonly issuedMs: number | undefined;
  /** How old it was already at `askedAt`. */
  readonly oldByMs: number;
}

/** Clocks that are kept in time by the network move by less, in ms. */
const minSetBackMs = 1_000;

/** A token in hand, which grows older by this machine's clocks. */
export class HeldToken<T> {
  readonly token: T;
  readonly lifeMs: number;
  readonly #lifetime: Lifetime;
  readonly #clock: Clock;

  constructor(token: T, lifetime: Lifetime, clock: Clock) {
    this.token = token;
    this.lifeMs = lifetime.lifeMs;
    this.#lifetime = lifetime;
    this.#clock = clock;
  }

  /** ms until it ends; 0 when it has. */
  get leftMs(): number {
    return Math.max(0, this.lifeMs - this.#ageMs);
  }

  /** ms until a new one is wanted; 0 or less when one is. */
  get dueInMs(): number {
    return this.#lifetime.refreshAfterMs - this.#ageMs;
  }

  /** By how much this machine's wall clock was set back since it was asked for, in ms. */
  get setBackMs(): number {
    const { askedAt } = this.#lifetime;
    const now = momentOf(this.#clock);
    const behindMs = now.monotonicMs - askedAt.monotonicMs - (now.wallMs - askedAt.wallMs);
    return behindMs < minSetBackMs ? 0 : behindMs;
  }

  /**
   * How old another one is, in ms, when it arrives: out of a cache, its date of issue has moved on by
   * less than our clock since this one was asked for. Wrong clocks do not matter to that. A token
   * that has ended is a measure of its own copies only: should the issuer's clock have been ahead
   * when it was issued, all that follow would look old.
   */
  ageOf(issuedMs: number | undefined, askedAt: Moment): number {
    const own = this.#lifetime;
    if (issuedMs === undefined || own.issuedMs === undefined) return 0;
    if (this.leftMs === 0 && issuedMs !== own.issuedMs) return 0;
    const passedMs = askedAt.monotonicMs - own.askedAt.monotonicMs;
    return Math.max(0, own.oldByMs + passedMs - (issuedMs - own.issuedMs));
  }

  get #ageMs(): number {
    return elapsedMs(this.#lifetime.askedAt, momentOf(this.#clock));
  }
}
