import { FederationError, asFederationError, toFailure } from '../errors.ts';
import type { Chance, Clock } from '../ports.ts';
import { isOfService, retryForMs } from '../upstream/retry-policy.ts';
import type { Streak, CircuitBreaker } from './circuit-breaker.ts';
import { HeldToken } from './held-token.ts';
import {
  momentOf,
  longestPartMs,
  timeoutMs,
  waitAfterFailureMs,
  type Moment,
  type RefreshPolicy,
} from './refresh-policy.ts';
import { TokenDelivery } from './token-delivery.ts';

/** A token as it came from upstream. */
export interface Minted<T> {
  readonly token: T;
  /** How long it is good from the moment it was asked for, in ms. */
  readonly lifeMs: number;
  /** When it was issued by its issuer's clock, in ms; absent where that is not known. */
  readonly issuedMs?: number | undefined;
  /** Upstream asked not to be asked again for so many ms. */
  readonly pauseMs?: number | undefined;
}

/** Asks upstream once, and gives up after `timeoutMs`. */
export type Mint<T> = (timeoutMs: number) => Promise<Minted<T>>;

/** What a keeper reports of its work. */
export interface KeeperEvents {
  /** @param goodForMs how long the token in hand is good from now. */
  minted(goodForMs: number): void;
  failed(failure: FederationError): void;
  /** A token could not be put where tools read it. */
  undelivered(failure: FederationError): void;
}

export interface KeeperParts<T> {
  /**
   * Gets together what asking takes, for example the client assertion of an exchange, and returns
   * the asking itself. What fails here is not upstream's fault and has a pace of its own.
   */
  readonly prepare: () => Promise<Mint<T>>;
  /** Puts a new token where tools read it; absent where they ask for it. */
  readonly deliver?: (token: T) => Promise<void>;
  readonly policy: RefreshPolicy;
  readonly breaker: CircuitBreaker;
  readonly events: KeeperEvents;
  /** For how long a refusal may be one that ends when something new has arrived, in ms. */
  readonly settlingMs: () => number;
  readonly clock: Clock;
  readonly chance: Chance;
}

/** A file that could not be written is tried again after this. */
const redeliveryMs = 2_000;

/** While a request is on its way, what is due next shows when it is back. */
const pendingMs = 1_000;

/** However short the lives of tokens are, upstream is not asked more often than this. */
const minPauseMs = 1_000;

/** Before its time a token is replaced only where that gains so much life, in ms. */
const minGainMs = 10_000;

/** How long a client waits for a better token while there is a good one, in ms. */
const maxWaitMs = 3_000;

/**
 * Keeps one token fresh: asks again in time, one request upstream at a time, and while that fails
 * hands out the last good token until its end.
 */
export class TokenKeeper<T> {
  readonly #parts: KeeperParts<T>;
  readonly #delivery: TokenDelivery<T>;
  #held: HeldToken<T> | undefined;
  #pending: Promise<void> | undefined;
  #pendingSinceMs = 0;
  #failure: FederationError | undefined;
  /** What stands in the way of asking at all, found out anew whenever somebody wants a token. */
  #obstacle: FederationError | undefined;
  #notBeforeMs = 0;
  #refusals: { readonly sinceMs: number; readonly count: number } | undefined;

  constructor(parts: KeeperParts<T>) {
    const { deliver = (): Promise<void> => Promise.resolve(), events } = parts;
    this.#parts = parts;
    this.#delivery = new TokenDelivery(deliver, (failure) => events.undelivered(failure));
  }

  /**
   * The token to hand out now.
   * @throws {FederationError} the reason why there is none.
   */
  async current(): Promise<T> {
    for (;;) {
      const held = this.#held;
      if (held === undefined || held.dueInMs <= 0) {
        const attempt = this.refresh();
        // With enough life left nobody needs to wait for the new one.
        const mustWait =
          held === undefined || held.leftMs <= this.#parts.policy.floorMs(held.lifeMs);
        if (mustWait) await this.#outcomeOf(attempt);
      }
      if (this.#held !== undefined && this.#held.leftMs > 0) return this.#held.token;
      if (!this.#waitsForOthers()) throw this.#whyNone();
      await this.#parts.breaker.news();
    }
  }

  /**
   * The token for whoever takes one with less than `wantedMs` left for ended: a new one where the one in
   * hand has less, and a new one would gain something.
   * @throws {FederationError} the reason why there is none.
   */
  async lasting(wantedMs: number): Promise<T> {
    const held = this.#held;
    const isShort = held !== undefined && held.leftMs < wantedMs;
    if (isShort && held.lifeMs - held.leftMs >= minGainMs) await this.refresh();
    return this.current();
  }

  /** Asks upstream, or joins those who wait already; does nothing while asking makes no sense. */
  refresh(): Promise<void> {
    if (this.#pending !== undefined) return this.#pending;
    this.#obstacle = undefined;
    if (!this.#mayAsk()) return Promise.resolve();
    this.#pendingSinceMs = this.#parts.clock.monotonicMs();
    this.#pending = this.#attempt().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  /** Does what is due, on the schedule's behalf; never rejects. */
  async tend(): Promise<void> {
    if (this.#delivery.isPending) await this.#delivery.deliver();
    if (this.#held === undefined || this.#held.dueInMs <= 0) await this.refresh();
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    if (this.#pending !== undefined) return pendingMs;
    if (this.#delivery.isPending) return redeliveryMs;
    const { clock, breaker } = this.#parts;
    const wantedInMs = this.#held?.dueInMs ?? 0;
    const busyMs = breaker.isBusy(clock.monotonicMs()) ? pendingMs : 0;
    return Math.max(busyMs, this.opensInMs(), wantedInMs);
  }

  /** ms until another attempt makes sense, for whoever has to wait for the first token. */
  opensInMs(): number {
    const opensAt = Math.max(this.#notBeforeMs, this.#parts.breaker.opensAt());
    return Math.max(0, opensAt - this.#parts.clock.monotonicMs());
  }

  /** Whether there is a token that may be handed out. */
  get isHolding(): boolean {
    return this.#leftMs > 0;
  }

  /** By how much the wall clock was set back since the token in hand was asked for, in ms. */
  get setBackMs(): number {
    return this.#held?.setBackMs ?? 0;
  }

  /**
   * Resolves once the token in hand stands where tools read it.
   * @throws {FederationError} the reason why it does not.
   */
  delivered(): Promise<void> {
    return this.#delivery.delivered();
  }

  /** Waits for an attempt: only for a moment where there is a token that is good still. */
  async #outcomeOf(attempt: Promise<void>): Promise<void> {
    if (!this.isHolding) return attempt;
    const { clock } = this.#parts;
    const restMs = this.#pendingSinceMs + maxWaitMs - clock.monotonicMs();
    if (restMs <= 0) return;
    const done = new AbortController();
    await Promise.race([attempt, clock.sleep(restMs, done.signal)]);
    done.abort();
  }

  #mayAsk(): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    return nowMs >= this.#notBeforeMs && this.#parts.breaker.mayAsk(nowMs);
  }

  /** Whether nothing but another's request stands in the way, which is back before long. */
  #waitsForOthers(): boolean {
    const nowMs = this.#parts.clock.monotonicMs();
    if (nowMs < this.#notBeforeMs || this.#obstacle !== undefined) return false;
    return this.#parts.breaker.isBusy(nowMs);
  }

  async #attempt(): Promise<void> {
    try {
      const mint = await this.#parts.prepare();
      // Others may have set out in the meantime.
      if (!this.#mayAsk()) return;
      await this.#parts.breaker.during(() => this.#ask(mint));
    } catch (error) {
      this.#obstacle = asFederationError(error);
    }
    // Not awaited: those who ask for the token itself need not wait for a file.
    void this.#delivery.deliver();
  }

  async #ask(mint: Mint<T>): Promise<void> {
    const askedAt = momentOf(this.#parts.clock);
    try {
      this.#take(await mint(timeoutMs(this.#leftMs)), askedAt);
    } catch (error) {
      this.#note(asFederationError(error));
    }
  }

  #take({ token, lifeMs: ownLifeMs, issuedMs, pauseMs = 0 }: Minted<T>, askedAt: Moment): void {
    const { clock, chance, breaker, events, policy } = this.#parts;
    const oldByMs = this.#held?.ageOf(issuedMs, askedAt) ?? 0;
    const lifeMs = ownLifeMs - oldByMs;
    if (lifeMs <= 0) throw expiredOnArrival();
    const nowMs = clock.monotonicMs();
    const leftMs = this.#leftMs;
    const refreshAfterMs = Math.max(policy.refreshAfterMs(lifeMs, chance.jitter()), minPauseMs);
    this.#failure = undefined;
    this.#refusals = undefined;
    breaker.succeeded();
    breaker.pauseUntil(nowMs + Math.min(pauseMs, longestPartMs(lifeMs)));
    if (lifeMs > leftMs) {
      const lifetime = { askedAt, lifeMs, refreshAfterMs, issuedMs, oldByMs };
      this.#held = new HeldToken(token, lifetime, clock);
      this.#delivery.take(token);
    } else {
      // Out of somebody's cache, and older than what we hold.
      this.#notBeforeMs = nowMs + Math.min(refreshAfterMs, longestPartMs(leftMs));
    }
    events.minted(this.#leftMs);
  }

  #note(given: FederationError): void {
    const { clock, chance, breaker, events } = this.#parts;
    const nowMs = clock.monotonicMs();
    const failure = this.#judged(given, nowMs);
    const wait = (streak: Streak): number =>
      waitAfterFailureMs(failure, streak, this.#leftMs, chance.jitter());
    this.#failure = failure;
    events.failed(failure);
    if (isOfService(failure.kind)) {
      breaker.failed(nowMs, failure, wait);
    } else {
      this.#notBeforeMs = nowMs + wait({ failures: this.#refusals?.count ?? 1, services: 1 });
      breaker.refused(nowMs);
    }
  }

  /** A refusal that has lasted too long to end by itself is a definite one. */
  #judged(failure: FederationError, nowMs: number): FederationError {
    const { kind } = failure;
    if (kind !== 'settling' && kind !== 'unknown') return failure;
    const { sinceMs, count } = this.#refusals ?? { sinceMs: nowMs, count: 0 };
    this.#refusals = { sinceMs, count: count + 1 };
    const forMs = retryForMs(kind, { transientMs: 0, settlingMs: this.#parts.settlingMs() });
    if (nowMs - sinceMs < forMs) return failure;
    return new FederationError({ ...toFailure(failure), kind: 'definite' });
  }

  /** Of the token in hand, in ms; 0 where there is none, or it has ended. */
  get #leftMs(): number {
    return this.#held?.leftMs ?? 0;
  }

  #whyNone(): FederationError {
    const failure = this.#obstacle ?? this.#failure ?? this.#parts.breaker.failure;
    if (failure === undefined) {
      return new FederationError({
        code: 'BROKER_BUSY',
        message: 'The broker has no token at this moment and may not ask for one yet.',
        remedy: 'Ask again in a few seconds.',
        kind: 'transient',
        retryAfterMs: this.opensInMs(),
      });
    }
    if (failure === this.#obstacle || failure.kind === 'definite') return failure;
    return new FederationError({ ...toFailure(failure), retryAfterMs: this.opensInMs() });
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
