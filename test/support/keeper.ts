import type { FederationError } from '../../src/errors.ts';
import { FailureBudget, CircuitBreaker } from '../../src/refresh/circuit-breaker.ts';
import { idTokenPolicy, type RefreshPolicy } from '../../src/refresh/refresh-policy.ts';
import { TokenKeeper, type Minted } from '../../src/refresh/token-keeper.ts';
import { minutes } from './builders.ts';
import { FakeChance, FakeClock } from './fakes.ts';

interface Choices {
  readonly policy?: RefreshPolicy;
  readonly clock?: FakeClock;
  readonly breaker?: CircuitBreaker;
  readonly deliver?: (token: string) => Promise<void>;
}

/** A keeper of tokens that are called by the order of their issue, and its upstream. */
export class KeeperFixture {
  readonly clock: FakeClock;
  readonly failures: FederationError[] = [];
  readonly timeouts: number[] = [];
  readonly askedAt: number[] = [];
  lifeMs = minutes(10);
  minted = 0;
  prepare: () => Promise<void> = () => Promise.resolve();
  /** What upstream does; by itself it gives a fresh token at once. */
  reply: () => Minted<string> | Promise<Minted<string>> = () => this.fresh();
  readonly keeper: TokenKeeper<string>;

  constructor({ policy = idTokenPolicy, clock, breaker, deliver }: Choices = {}) {
    this.clock = clock ?? new FakeClock();
    this.keeper = new TokenKeeper({
      prepare: async () => {
        await this.prepare();
        return async (timeoutMs) => {
          this.timeouts.push(timeoutMs);
          this.askedAt.push(this.clock.monotonicMs());
          return this.reply();
        };
      },
      ...(deliver === undefined ? {} : { deliver }),
      policy,
      settlingMs: () => minutes(1),
      breaker: breaker ?? new CircuitBreaker(new FailureBudget()),
      events: {
        minted: () => (this.minted += 1),
        failed: (failure) => this.failures.push(failure),
        undelivered: (failure) => this.failures.push(failure),
      },
      clock: this.clock,
      chance: new FakeChance(),
    });
  }

  get requests(): number {
    return this.askedAt.length;
  }

  fresh(changes: Partial<Minted<string>> = {}): Minted<string> {
    return { token: `token ${this.requests}`, lifeMs: this.lifeMs, ...changes };
  }

  fail(failure: FederationError): void {
    this.reply = () => Promise.reject(failure);
  }

  recover(): void {
    this.reply = () => this.fresh();
  }

  /** The keeper's schedule, as the broker drives it. */
  async tendFor(ms: number, stepMs = 1_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      if (this.keeper.dueInMs() === 0) void this.keeper.tend();
      await this.clock.advance(stepMs);
    }
  }
}
