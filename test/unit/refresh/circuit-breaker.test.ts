import fc from 'fast-check';
import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  FailureBudget,
  CircuitBreaker,
  type Streak,
} from '../../../src/refresh/circuit-breaker.ts';
import { waitAfterFailureMs } from '../../../src/refresh/refresh-policy.ts';
import { aFailure } from '../../support/builders.ts';

const trouble = aFailure();
const fiveSeconds = (): number => 5_000;
const backoff = (streak: Streak): number => waitAfterFailureMs(trouble, streak, 0, 0.5);

/** A request that comes back when the test wants. */
class Request {
  #back: () => void = () => undefined;
  readonly done: Promise<void>;

  constructor(breaker: CircuitBreaker) {
    this.done = breaker.during(() => new Promise((resolve) => (this.#back = resolve)));
  }

  async comesBack(): Promise<void> {
    this.#back();
    await this.done;
  }
}

const mostInAMinute = (failedAt: readonly number[]): number =>
  Math.max(
    0,
    ...failedAt.map((at) => failedAt.filter((other) => other >= at && other < at + 60_000).length),
  );

describe('the breaker of an upstream service', () => {
  it('lets everybody ask while nothing failed', () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    const requests = [new Request(breaker), new Request(breaker)];
    ok(breaker.mayAsk(0), `${requests.length} are on their way`);
    equal(breaker.opensAt(), 0);
  });

  it('closes after a failure for as long as the backoff says, and remembers the reason', () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    breaker.failed(1_000, trouble, fiveSeconds);
    equal(breaker.failure, trouble);
    equal(breaker.opensAt(), 6_000);
    deepEqual([breaker.mayAsk(5_999), breaker.mayAsk(6_000)], [false, true]);
  });

  it('has one probe at a time while there is trouble', async () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    breaker.failed(0, trouble, fiveSeconds);
    const probe = new Request(breaker);
    deepEqual([breaker.isBusy(5_000), breaker.mayAsk(5_000)], [true, false]);
    await probe.comesBack();
    deepEqual([breaker.isBusy(5_000), breaker.mayAsk(5_000)], [false, true]);
  });

  it('still has one probe when a request of better days fails meanwhile', async () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    const late = new Request(breaker);
    breaker.failed(0, trouble, fiveSeconds);
    const probe = new Request(breaker);
    breaker.failed(5_500, trouble, fiveSeconds);
    await late.comesBack();
    ok(!breaker.mayAsk(20_000));
    await probe.comesBack();
    ok(breaker.mayAsk(20_000));
  });

  it('tells those who wait when the probe is back, and forgets the trouble when it is good', async () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    breaker.failed(0, trouble, fiveSeconds);
    const probe = new Request(breaker);
    const news = breaker.news();
    breaker.succeeded();
    await probe.comesBack();
    await news;
    equal(breaker.failure, undefined);
    ok(breaker.mayAsk(5_000));
  });

  it('keeps a pause that the server asked for with a good answer', () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    breaker.succeeded();
    breaker.pauseUntil(30_000);
    deepEqual([breaker.mayAsk(29_999), breaker.mayAsk(30_000)], [false, true]);
  });

  it('does not suffer from the trouble of another service', () => {
    const budget = new FailureBudget();
    const [devOps, entra] = [new CircuitBreaker(budget), new CircuitBreaker(budget)];
    for (let at = 0; at < 12; at += 1) devOps.failed(at, trouble, fiveSeconds);
    ok(entra.mayAsk(100));
    ok(!devOps.mayAsk(59_999));
  });

  it('takes turns with another service in trouble', () => {
    const budget = new FailureBudget();
    const [devOps, entra] = [new CircuitBreaker(budget), new CircuitBreaker(budget)];
    const heard: Streak[] = [];
    const listen = (streak: Streak): number => heard.push(streak);
    devOps.failed(0, trouble, listen);
    entra.failed(0, trouble, listen);
    devOps.succeeded();
    entra.failed(0, trouble, listen);
    deepEqual(heard, [
      { failures: 1, services: 1 },
      { failures: 1, services: 2 },
      { failures: 2, services: 1 },
    ]);
  });

  it('lets no more requests set out at once than may fail within a minute', async () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    const requests = Array.from({ length: 12 }, () => new Request(breaker));
    deepEqual([breaker.mayAsk(0), breaker.isBusy(0)], [false, true]);
    breaker.succeeded();
    await requests[0]?.comesBack();
    ok(breaker.mayAsk(0));
  });

  it('counts definite noes as well, so that no list of wrong scopes can be tried', () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    for (let at = 0; at < 12; at += 1) breaker.refused(at * 1_000);
    equal(breaker.opensAt(), 60_000);
    equal(breaker.failure, undefined);
  });
});

describe('the budget of failures', () => {
  const outcome = fc.constantFrom('bad', 'bad', 'bad', 'no', 'fine');
  const call = fc.record({
    gapMs: fc.integer({ min: 0, max: 8_000 }),
    lastsMs: fc.integer({ min: 0, max: 20_000 }),
    outcome,
  });

  it('lets no more than 12 requests fail in any minute, whoever wants what when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 30, maxLength: 150 }), async (calls) => {
        const breaker = new CircuitBreaker(new FailureBudget());
        const failedAt: number[] = [];
        let open: { endsAt: number; outcome: string; request: Request }[] = [];
        let nowMs = 0;
        const finish = async (untilMs: number): Promise<void> => {
          const due = open.filter(({ endsAt }) => endsAt <= untilMs);
          open = open.filter(({ endsAt }) => endsAt > untilMs);
          for (const each of due.sort((one, other) => one.endsAt - other.endsAt)) {
            if (each.outcome === 'fine') breaker.succeeded();
            else failedAt.push(each.endsAt);
            if (each.outcome === 'bad') breaker.failed(each.endsAt, trouble, backoff);
            if (each.outcome === 'no') breaker.refused(each.endsAt);
            await each.request.comesBack();
          }
        };
        for (const { gapMs, lastsMs, outcome: then } of calls) {
          nowMs += gapMs;
          await finish(nowMs);
          if (!breaker.mayAsk(nowMs)) continue;
          open.push({ endsAt: nowMs + lastsMs, outcome: then, request: new Request(breaker) });
        }
        await finish(Number.POSITIVE_INFINITY);
        ok(mostInAMinute(failedAt) <= 12, String(failedAt));
      }),
    );
  });

  it('shares them between two services in trouble, so that each is asked every ten seconds', () => {
    const budget = new FailureBudget();
    const services = [new CircuitBreaker(budget), new CircuitBreaker(budget)];
    const failedAt: number[][] = [[], []];
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
      services.forEach((breaker, index) => {
        if (!breaker.mayAsk(nowMs)) return;
        breaker.failed(nowMs, trouble, backoff);
        failedAt[index]?.push(nowMs);
      });
    }
    ok(mostInAMinute(failedAt.flat()) <= 12);
    for (const times of failedAt) {
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      ok(Math.max(...gaps.slice(12)) <= 10_000, String(gaps));
      ok(Math.max(...gaps) <= 20_000, String(gaps));
    }
  });

  it('conflicts with the pause of five seconds once only, about a minute into an outage', () => {
    const breaker = new CircuitBreaker(new FailureBudget());
    const failedAt: number[] = [];
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
      if (!breaker.mayAsk(nowMs)) continue;
      breaker.failed(nowMs, trouble, backoff);
      failedAt.push(nowMs);
    }
    const gaps = failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? 0));
    equal(mostInAMinute(failedAt), 12);
    deepEqual(
      gaps.filter((gap) => gap > 5_000),
      [8_000],
    );
    equal(failedAt[12], 60_000);
  });
});
