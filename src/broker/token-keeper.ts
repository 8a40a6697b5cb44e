import { FederationError, asFederationError } from '../errors.ts';
import type { Chance, Clock } from '../ports.ts';
import {
  elapsedMs,
  momentOf,
  patienceMs,
  timeoutMs,
  waitAfterFailureMs,
  type Moment,
  type Rhythm,
} from './freshness.ts';
import type { Weather } from './weather.ts';

/** A token as it came from upstream. */
export interface Minted<T> {
  readonly token: T;
  /** How long it is good from the moment it was asked for, in ms. */
  readonly lifeMs: number;
  /** Upstream asked not to be asked again for so many ms. */
  readonly pauseMs?: number | undefined;
}

/** Asks upstream once, and gives up after `timeoutMs`. */
export type Mint<T> = (timeoutMs: number) => Promise<Minted<T>>;

/** What a keeper tells of its work, for the report. */
export interface KeeperEvents {
  minted(): void;
  failed(failure: FederationError): void;
}

export interface KeeperParts<T> {
  /**
   * Gets together what asking takes, for example the client assertion of an exchange, and returns
   * the asking itself. What fails here is not upstream's fault and has a pace of its own.
   */
  readonly prepare: () => Promise<Mint<T>>;
  /** Puts a new token where tools read it; absent where they ask for it. */
  readonly deliver?: (token: T) => Promise<void>;
  readonly rhythm: Rhythm;
  readonly weather: Weather;
  readonly events: KeeperEvents;
  readonly clock: Clock;
  readonly chance: Chance;
}

interface Held<T> {
  readonly token: T;
  readonly askedAt: Moment;
  readonly lifeMs: number;
  readonly refreshAfterMs: number;
}

/** A file that could not be written is tried again after this. */
const redeliveryMs = 2_000;

/** While a request is on its way, what is due next shows when it is back. */
const pendingMs = 250;

/** However short the lives of tokens are, upstream is not asked more often than this. */
const shortestPauseMs = 1_000;

/**
 * Keeps one token fresh: asks again in time, one request upstream at a time, and while that fails
 * hands out the last good token until its end.
 */
export class TokenKeeper<T> {
  readonly #parts: KeeperParts<T>;
  #held: Held<T> | undefined;
  #pending: Promise<void> | undefined;
  #failure: FederationError | undefined;
  #definiteUntilMs = 0;
  #undelivered: T | undefined;

  constructor(parts: KeeperParts<T>) {
    this.#parts = parts;
  }

  /**
   * The token to hand out now.
   * @throws {FederationError} the reason why there is none.
   */
  async current(): Promise<T> {
    const held = this.#held;
    if (held === undefined || this.#isDue(held)) {
      const attempt = this.refresh();
      // With enough life left nobody needs to wait for the new one.
      const mustWait =
        held === undefined || this.#leftMs() <= this.#parts.rhythm.floorMs(held.lifeMs);
      if (mustWait) await attempt;
    }
    if (this.#held !== undefined && this.#leftMs() > 0) return this.#held.token;
    throw this.#whyNone();
  }

  /** Asks upstream, or joins those who wait already; does nothing while asking makes no sense. */
  refresh(): Promise<void> {
    if (this.#pending !== undefined) return this.#pending;
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs < this.#definiteUntilMs || !this.#parts.weather.mayAsk(nowMs)) {
      return Promise.resolve();
    }
    this.#pending = this.#attempt().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Does what is due, on the schedule's behalf; never rejects. */
  async tend(): Promise<void> {
    if (this.#undelivered !== undefined) await this.#deliver(this.#undelivered);
    if (this.#held === undefined || this.#isDue(this.#held)) await this.refresh();
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    if (this.#pending !== undefined) return pendingMs;
    if (this.#undelivered !== undefined) return redeliveryMs;
    const nowMs = this.#parts.clock.monotonicMs();
    const opensInMs = Math.max(this.#definiteUntilMs, this.#parts.weather.opensAt()) - nowMs;
    const held = this.#held;
    const wantedInMs = held === undefined ? 0 : held.refreshAfterMs - this.#ageMs(held);
    return Math.max(0, opensInMs, wantedInMs);
  }

  /** ms until another attempt makes sense, for whoever has to wait for the first token. */
  opensInMs(): number {
    const opensAt = Math.max(this.#definiteUntilMs, this.#parts.weather.opensAt());
    return Math.max(0, opensAt - this.#parts.clock.monotonicMs());
  }

  async #attempt(): Promise<void> {
    try {
      await this.#ask(await this.#parts.prepare());
    } catch (error) {
      this.#failure = asFederationError(error);
    }
  }

  async #ask(mint: Mint<T>): Promise<void> {
    const { clock, chance, weather, events, rhythm } = this.#parts;
    const askedAt = momentOf(clock);
    weather.asks();
    try {
      const { token, lifeMs, pauseMs = 0 } = await mint(timeoutMs(this.#leftMs()));
      if (lifeMs <= 0) throw expiredOnArrival();
      const wantedMs = rhythm.refreshAfterMs(lifeMs, chance.jitter());
      const refreshAfterMs = Math.max(wantedMs, shortestPauseMs);
      this.#failure = undefined;
      events.minted();
      weather.isFine();
      // An answer out of somebody's cache may be older than what we hold.
      const isBetter = lifeMs > this.#leftMs();
      const restMs = Math.max(pauseMs, isBetter ? 0 : refreshAfterMs);
      weather.wantsPause(clock.monotonicMs() + Math.min(restMs, patienceMs(lifeMs)));
      if (!isBetter) return;
      this.#held = { token, askedAt, lifeMs, refreshAfterMs };
      await this.#deliver(token);
    } catch (error) {
      this.#note(asFederationError(error));
    }
  }

  #note(failure: FederationError): void {
    const { clock, chance, weather, events } = this.#parts;
    const nowMs = clock.monotonicMs();
    this.#failure = failure;
    events.failed(failure);
    const wait = (failures: number): number =>
      waitAfterFailureMs(failure, failures, this.#leftMs(), chance.jitter());
    if (failure.kind === 'definite') {
      this.#definiteUntilMs = nowMs + wait(1);
      weather.isFine();
    } else {
      weather.isBad(nowMs, wait);
    }
  }

  async #deliver(token: T): Promise<void> {
    if (this.#parts.deliver === undefined) return;
    this.#undelivered = token;
    try {
      await this.#parts.deliver(token);
      this.#undelivered = undefined;
    } catch (error) {
      this.#parts.events.failed(asFederationError(error));
    }
  }

  #isDue(held: Held<T>): boolean {
    return this.#ageMs(held) >= held.refreshAfterMs;
  }

  #ageMs(held: Held<T>): number {
    return elapsedMs(held.askedAt, momentOf(this.#parts.clock));
  }

  #leftMs(): number {
    return this.#held === undefined ? 0 : Math.max(0, this.#held.lifeMs - this.#ageMs(this.#held));
  }

  #whyNone(): FederationError {
    const failure = this.#failure;
    if (failure === undefined) {
      return new FederationError({
        code: 'BROKER_BUSY',
        message: 'The broker has no token at this moment and is asking for one.',
        remedy: 'Ask again in a few seconds.',
        kind: 'transient',
        retryAfterMs: this.opensInMs(),
      });
    }
    if (failure.kind === 'definite') return failure;
    const { code, message, remedy, kind } = failure;
    return new FederationError({ code, message, remedy, kind, retryAfterMs: this.opensInMs() });
  }
}

function expiredOnArrival(): FederationError {
  return new FederationError({
    code: 'DEVOPS_ANSWER_UNREADABLE',
    message: 'A token arrived that had expired already.',
    remedy: 'Look for a proxy that keeps answers, and at how long the requests of this agent take.',
    kind: 'transient',
  });
}
