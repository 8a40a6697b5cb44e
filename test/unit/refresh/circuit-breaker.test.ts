import fc from 'fast-check';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { FailureBudget, Weather, type Streak } from '../../../src/refresh/circuit-breaker.ts';
import { waitAfterFailureMs } from '../../../src/refresh/refresh-policy.ts';
import { aFailure } from '../../support/builders.ts';

const trouble = aFailure();
const fiveSeconds = (): number => 5_000;
const backoff = (streak: Streak): number => waitAfterFailureMs(trouble, streak, 0, 0.5);

/** A request that comes back when the test wants. */
class Request {
  #back: () => void = () => undefined;
  readonly done: Promise<void>;

  constructor(weather: Weather) {
    this.done = weather.during(() => new Promise((resolve) => (this.#back = resolve)));
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

describe('the weather of an upstream service', () => {
  it('lets everybody ask while nothing failed', () => {
    const weather = new Weather(new FailureBudget());
    const requests = [new Request(weather), new Request(weather)];
    ok(weather.mayAsk(0), `${requests.length} are on their way`);
    equal(weather.opensAt(), 0);
  });

  it('closes after a failure for as long as the backoff says, and remembers the reason', () => {
    const weather = new Weather(new FailureBudget());
    weather.isBad(1_000, trouble, fiveSeconds);
    equal(weather.failure, trouble);
    equal(weather.opensAt(), 6_000);
    deepEqual([weather.mayAsk(5_999), weather.mayAsk(6_000)], [false, true]);
  });

  it('has one probe at a time while there is trouble', async () => {
    const weather = new Weather(new FailureBudget());
    weather.isBad(0, trouble, fiveSeconds);
    const probe = new Request(weather);
    deepEqual([weather.isBusy(5_000), weather.mayAsk(5_000)], [true, false]);
    await probe.comesBack();
    deepEqual([weather.isBusy(5_000), weather.mayAsk(5_000)], [false, true]);
  });

  it('still has one probe when a request of better days fails meanwhile', async () => {
    const weather = new Weather(new FailureBudget());
    const late = new Request(weather);
    weather.isBad(0, trouble, fiveSeconds);
    const probe = new Request(weather);
    weather.isBad(5_500, trouble, fiveSeconds);
    await late.comesBack();
    ok(!weather.mayAsk(20_000));
    await probe.comesBack();
    ok(weather.mayAsk(20_000));
  });

  it('tells those who wait when the probe is back, and forgets the trouble when it is good', async () => {
    const weather = new Weather(new FailureBudget());
    weather.isBad(0, trouble, fiveSeconds);
    const probe = new Request(weather);
    const news = weather.news();
    weather.isFine();
    await probe.comesBack();
    await news;
    equal(weather.failure, undefined);
    ok(weather.mayAsk(5_000));
  });

  it('keeps a pause that the server asked for with a good answer', () => {
    const weather = new Weather(new FailureBudget());
    weather.isFine();
    weather.wantsPause(30_000);
    deepEqual([weather.mayAsk(29_999), weather.mayAsk(30_000)], [false, true]);
  });

  it('does not suffer from the trouble of another service', () => {
    const budget = new FailureBudget();
    const [devOps, entra] = [new Weather(budget), new Weather(budget)];
    for (let at = 0; at < 12; at += 1) devOps.isBad(at, trouble, fiveSeconds);
    ok(entra.mayAsk(100));
    ok(!devOps.mayAsk(59_999));
  });

  it('takes turns with another service in trouble', () => {
    const budget = new FailureBudget();
    const [devOps, entra] = [new Weather(budget), new Weather(budget)];
    const heard: Streak[] = [];
    const listen = (streak: Streak): number => heard.push(streak);
    devOps.isBad(0, trouble, listen);
    entra.isBad(0, trouble, listen);
    devOps.isFine();
    entra.isBad(0, trouble, listen);
    deepEqual(heard, [
      { failures: 1, services: 1 },
      { failures: 1, services: 2 },
      { failures: 2, services: 1 },
    ]);
  });

  it('lets no more requests set out at once than may fail within a minute', async () => {
    const weather = new Weather(new FailureBudget());
    const requests = Array.from({ length: 12 }, () => new Request(weather));
    deepEqual([weather.mayAsk(0), weather.isBusy(0)], [false, true]);
    weather.isFine();
    await requests[0]?.comesBack();
    ok(weather.mayAsk(0));
  });

  it('counts definite noes as well, so that no list of wrong scopes can be tried', () => {
    const weather = new Weather(new FailureBudget());
    for (let at = 0; at < 12; at += 1) weather.refuses(at * 1_000);
    equal(weather.opensAt(), 60_000);
    equal(weather.failure, undefined);
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
        const weather = new Weather(new FailureBudget());
        const failedAt: number[] = [];
        let open: { endsAt: number; outcome: string; request: Request }[] = [];
        let nowMs = 0;
        const finish = async (untilMs: number): Promise<void> => {
          const due = open.filter(({ endsAt }) => endsAt <= untilMs);
          open = open.filter(({ endsAt }) => endsAt > untilMs);
          for (const each of due.sort((one, other) => one.endsAt - other.endsAt)) {
            if (each.outcome === 'fine') weather.isFine();
            else failedAt.push(each.endsAt);
            if (each.outcome === 'bad') weather.isBad(each.endsAt, trouble, backoff);
            if (each.outcome === 'no') weather.refuses(each.endsAt);
            await each.request.comesBack();
          }
        };
        for (const { gapMs, lastsMs, outcome: then } of calls) {
          nowMs += gapMs;
          await finish(nowMs);
          if (!weather.mayAsk(nowMs)) continue;
          open.push({ endsAt: nowMs + lastsMs, outcome: then, request: new Request(weather) });
        }
        await finish(Number.POSITIVE_INFINITY);
        ok(mostInAMinute(failedAt) <= 12, String(failedAt));
      }),
    );
  });

  it('shares them between two services in trouble, so that each is asked every ten seconds', () => {
    const budget = new FailureBudget();
    const services = [new Weather(budget), new Weather(budget)];
    const failedAt: number[][] = [[], []];
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
      services.forEach((weather, index) => {
        if (!weather.mayAsk(nowMs)) return;
        weather.isBad(nowMs, trouble, backoff);
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
    const weather = new Weather(new FailureBudget());
    const failedAt: number[] = [];
    for (let nowMs = 0; nowMs < 600_000; nowMs += 100) {
      if (!weather.mayAsk(nowMs)) continue;
      weather.isBad(nowMs, trouble, backoff);
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
