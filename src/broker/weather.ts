/** No more failed requests than this in a minute, whatever the schedule and the clients want. */
const failuresPerMinute = 12;
const minuteMs = 60_000;

/**
 * The failed requests of one connection within the last minute, whoever they went to. All times
 * are those of the monotonic clock, in ms.
 */
export class FailureBudget {
  #failedAt: number[] = [];

  note(nowMs: number): void {
    this.#failedAt = [...this.#failedAt, nowMs].slice(-failuresPerMinute);
  }

  /** When the next request may be made; in the past or now when it may be made at once. */
  opensAt(): number {
    const [oldest] = this.#failedAt;
    if (oldest === undefined || this.#failedAt.length < failuresPerMinute) return 0;
    return oldest + minuteMs;
  }
}

/**
 * What is known of one upstream service for one connection. While it is in trouble, one request at
 * a time finds out whether it is back, however many tokens are wanted.
 */
export class Weather {
  readonly #budget: FailureBudget;
  #failures = 0;
  #closedUntilMs = 0;
  #isProbing = false;

  constructor(budget: FailureBudget) {
    this.#budget = budget;
  }

  /** Attempts that failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** When asking makes sense again. */
  opensAt(): number {
    return Math.max(this.#closedUntilMs, this.#failures === 0 ? 0 : this.#budget.opensAt());
  }

  mayAsk(nowMs: number): boolean {
    return nowMs >= this.opensAt() && !(this.#failures > 0 && this.#isProbing);
  }

  asks(): void {
    this.#isProbing = true;
  }

  /** It answered sensibly, if only with a definite no. */
  isFine(): void {
    this.#failures = 0;
    this.#closedUntilMs = 0;
    this.#isProbing = false;
  }

  /** It answered, and asked not to be asked again for a while. */
  wantsPause(untilMs: number): void {
    this.#closedUntilMs = untilMs;
  }

  isBad(nowMs: number, waitMs: (failures: number) => number): void {
    this.#failures += 1;
    this.#isProbing = false;
    this.#budget.note(nowMs);
    this.#closedUntilMs = nowMs + waitMs(this.#failures);
  }
}
