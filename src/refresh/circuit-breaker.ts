import type { FederationError } from '../errors.ts';

/** No more failed requests than this in a minute, whatever the schedule and the clients want. */
const maxFailures = 12;
const minuteMs = 60_000;

/**
 * The requests that failed within the last minute, and those on their way, each of which may still
 * fail. All times are those of the monotonic clock, in ms.
 */
export class FailureBudget {
  #failedAt: readonly number[] = [];
  #onTheirWay = 0;
  readonly #inTrouble = new Set<CircuitBreaker>();
  #waiting: (() => void)[] = [];

  begins(): void {
    this.#onTheirWay += 1;
  }

  ends(): void {
    this.#onTheirWay -= 1;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  note(nowMs: number): void {
    this.#failedAt = [...this.#failedAt, nowMs].slice(-maxFailures);
  }

  /** When the next request may be made; in the past or now when it may be made at once. */
  opensAt(): number {
    return this.#opensFor(maxFailures);
  }

  /** Whether one of the requests on their way has to come back before another may be made. */
  isFull(nowMs: number): boolean {
    const room = maxFailures - this.#onTheirWay;
    return room <= 0 || (room < maxFailures && this.#opensFor(room) > nowMs);
  }

  /** Resolves when the next request is back, whatever came of it. */
  news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** How many services are in trouble at the same time, and so have to share. */
  get services(): number {
    return this.#inTrouble.size;
  }

  inTrouble(breaker: CircuitBreaker, isIt: boolean): void {
    if (isIt) this.#inTrouble.add(breaker);
    else this.#inTrouble.delete(breaker);
  }

  /** When there is room for so many more failures. */
  #opensFor(room: number): number {
    const decisive = this.#failedAt.at(-room);
    return decisive === undefined ? 0 : decisive + minuteMs;
  }
}

/** For how long a service has been in trouble, and in what company. */
export interface Streak {
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** Services of the connection that are in trouble, this one included. */
  readonly services: number;
}

/**
 * Whether one upstream service may be asked for one connection. While the service is in trouble, one
 * request at a time finds out whether it is back, however many tokens are wanted.
 */
export class CircuitBreaker {
  /** Of the whole connection: in trouble, its services share what one of them may fail. */
  readonly #shared: FailureBudget;
  /** Of this service alone: in fine breaker it does not suffer from the trouble of another. */
  readonly #own = new FailureBudget();
  #failures = 0;
  #failure: FederationError | undefined;
  #closedUntilMs = 0;
  #probes = 0;

  constructor(shared: FailureBudget) {
    this.#shared = shared;
  }

  /** What the trouble is, as long as there is any. */
  get failure(): FederationError | undefined {
    return this.#failure;
  }

  /** When asking makes sense again. */
  opensAt(): number {
    const sharedMs = this.#failures === 0 ? 0 : this.#shared.opensAt();
    return Math.max(this.#closedUntilMs, this.#own.opensAt(), sharedMs);
  }

  /** Whether a request that is on its way has to come back first. */
  isBusy(nowMs: number): boolean {
    if (this.#own.isFull(nowMs)) return true;
    return this.#failures > 0 && (this.#probes > 0 || this.#shared.isFull(nowMs));
  }

  mayAsk(nowMs: number): boolean {
    return !this.isBusy(nowMs) && nowMs >= this.opensAt();
  }

  /** Resolves when a request of the connection is back. */
  news(): Promise<void> {
    return this.#shared.news();
  }

  /** Counts a request as on its way for as long as it is. */
  async during(request: () => Promise<void>): Promise<void> {
    const probes = this.#failures > 0 ? 1 : 0;
    this.#probes += probes;
    this.#own.begins();
    this.#shared.begins();
    try {
      await request();
    } finally {
      this.#probes -= probes;
      this.#own.ends();
      this.#shared.ends();
    }
  }

  /** It answered as it should. */
  succeeded(): void {
    this.#failures = 0;
    this.#failure = undefined;
    this.#closedUntilMs = 0;
    this.#shared.inTrouble(this, false);
  }

  /** It answered as it should, and asked not to be asked again for a while. */
  pauseUntil(untilMs: number): void {
    this.#closedUntilMs = untilMs;
  }

  /** It answered with a definite no: no trouble, but no request to be made without end either. */
  refused(nowMs: number): void {
    this.succeeded();
    this.#note(nowMs);
  }

  failed(nowMs: number, failure: FederationError, waitMs: (streak: Streak) => number): void {
    this.#failures += 1;
    this.#failure = failure;
    this.#note(nowMs);
    this.#shared.inTrouble(this, true);
    const { services } = this.#shared;
    this.#closedUntilMs = nowMs + waitMs({ failures: this.#failures, services });
  }

  #note(nowMs: number): void {
    this.#own.note(nowMs);
    this.#shared.note(nowMs);
  }
}
