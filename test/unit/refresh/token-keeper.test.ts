import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { FederationError } from '../../../src/errors.ts';
import { FailureBudget, CircuitBreaker } from '../../../src/refresh/circuit-breaker.ts';
import { accessTokenPolicy } from '../../../src/refresh/refresh-policy.ts';
import type { Minted } from '../../../src/refresh/token-keeper.ts';
import { aFailure, minutes, seconds } from '../../support/builders.ts';
import { FakeClock, settled } from '../../support/fakes.ts';
import { KeeperFixture } from '../../support/keeper.ts';

const outage = aFailure();
const no = aFailure({ code: 'ID_TOKEN_REFUSED', kind: 'definite' });

/** An answer that comes when the test wants. */
function answer<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('a keeper that holds nothing yet', () => {
  it('asks once for 200 clients at the same moment', async () => {
    const { keeper, ...bench } = new KeeperFixture();
    const tokens = await Promise.all(Array.from({ length: 200 }, () => keeper.current()));
    deepEqual([...new Set(tokens)], ['token 1']);
    equal(bench.askedAt.length, 1);
  });

  it('tells the reason with the time until the next attempt', async () => {
    const bench = new KeeperFixture();
    bench.fail(aFailure({ retryAfterMs: seconds(30) }));
    for (const expected of [30_000, 20_000]) {
      await rejects(bench.keeper.current(), ({ code, retryAfterMs }: FederationError) => {
        deepEqual([code, retryAfterMs], ['DEVOPS_UNAVAILABLE', expected]);
        return true;
      });
      await bench.clock.advance(seconds(10));
    }
    equal(bench.requests, 1);
  });

  it("waits for another's probe instead of turning its client away", async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker(new FailureBudget());
    const [one, other] = [
      new KeeperFixture({ clock, breaker }),
      new KeeperFixture({ clock, breaker }),
    ];
    one.fail(outage);
    await rejects(one.keeper.current());
    await clock.advance(seconds(3));
    const reply = answer<Minted<string>>();
    one.reply = () => reply.promise;
    const probing = one.keeper.current();
    await settled();
    const waiting = other.keeper.current();
    await clock.advance(seconds(9));
    equal(other.requests, 0);
    reply.resolve(one.fresh());
    deepEqual(await Promise.all([probing, waiting]), ['token 2', 'token 1']);
  });

  it("tells the reason of another's failure when the probe fails too", async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker(new FailureBudget());
    const [one, other] = [
      new KeeperFixture({ clock, breaker }),
      new KeeperFixture({ clock, breaker }),
    ];
    one.fail(outage);
    await rejects(one.keeper.current());
    await rejects(other.keeper.current(), { code: 'DEVOPS_UNAVAILABLE' });
    equal(other.requests, 0);
  });

  it('makes 40 keepers cold at once wait for their turn, and lets none fail without need', async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker(new FailureBudget());
    const benches = Array.from({ length: 40 }, () => new KeeperFixture({ clock, breaker }));
    for (const bench of benches) {
      bench.reply = async () => {
        await clock.sleep(100);
        return bench.fresh();
      };
    }
    const all = Promise.all(benches.map(({ keeper }) => keeper.current()));
    await settled();
    equal(benches.filter(({ requests }) => requests > 0).length, 12);
    await clock.advance(seconds(1));
    equal((await all).length, 40);
  });

  it('asks 12 times, not 40, when all of them fail', async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker(new FailureBudget());
    const benches = Array.from({ length: 40 }, () => new KeeperFixture({ clock, breaker }));
    for (const bench of benches) {
      bench.reply = async () => {
        await clock.sleep(100);
        throw outage;
      };
    }
    const all = Promise.allSettled(benches.map(({ keeper }) => keeper.current()));
    await clock.advance(seconds(1));
    ok((await all).every(({ status }) => status === 'rejected'));
    equal(benches.filter(({ requests }) => requests > 0).length, 12);
  });

  it('tells what stands in the way, asks nobody, and goes on once it is gone', async () => {
    const bench = new KeeperFixture();
    const obstacle = aFailure({ code: 'JOB_TOKEN_REFUSED', retryAfterMs: 4_000 });
    bench.prepare = () => Promise.reject(obstacle);
    await rejects(bench.keeper.current(), obstacle);
    equal(bench.requests, 0);
    deepEqual(bench.failures, []);
    bench.prepare = () => Promise.resolve();
    equal(await bench.keeper.current(), 'token 1');
  });

  it('takes no token that has ended when it arrives', async () => {
    const bench = new KeeperFixture();
    bench.reply = () => bench.fresh({ lifeMs: 0 });
    await rejects(bench.keeper.current(), { code: 'DEVOPS_ANSWER_UNREADABLE', kind: 'transient' });
  });
});

describe('a keeper that holds a token', () => {
  it('answers at once while it asks for a better one', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    await bench.clock.advance(minutes(2));
    const reply = answer<Minted<string>>();
    bench.reply = () => reply.promise;
    equal(await bench.keeper.current(), 'token 1');
    await settled();
    equal(bench.requests, 2);
    reply.resolve(bench.fresh());
    await settled();
    equal(await bench.keeper.current(), 'token 2');
  });

  /** One that must be replaced, though it is good for ten minutes more. */
  async function withLittleLeft(answerAfterMs: number): Promise<KeeperFixture> {
    const bench = new KeeperFixture({ policy: accessTokenPolicy });
    bench.lifeMs = minutes(60);
    await bench.keeper.current();
    await bench.clock.advance(minutes(50));
    bench.reply = async () => {
      await bench.clock.sleep(answerAfterMs);
      return bench.fresh();
    };
    return bench;
  }

  it('makes clients wait a moment for a better one once little life is left', async () => {
    const bench = await withLittleLeft(seconds(2));
    let got: string | undefined;
    const asked = bench.keeper.current().then((token) => (got = token));
    await settled();
    equal(got, undefined);
    await bench.clock.advance(seconds(2));
    equal(await asked, 'token 2');
  });

  it('has the old one for them after three seconds, and at once for those who come later', async () => {
    const bench = await withLittleLeft(seconds(20));
    const asked = bench.keeper.current();
    await bench.clock.advance(seconds(3));
    equal(await Promise.race([asked, settled()]), 'token 1');
    equal(await Promise.race([bench.keeper.current(), settled()]), 'token 1');
    equal(bench.requests, 2);
    await bench.clock.advance(seconds(20));
    equal(await bench.keeper.current(), 'token 2');
    equal(bench.clock.sleeping, 0);
  });

  it('asks before its time for whoever needs more life than is left, once ten seconds are gained', async () => {
    const bench = new KeeperFixture({ policy: accessTokenPolicy });
    equal(await bench.keeper.lasting(minutes(6)), 'token 1');
    await bench.clock.advance(minutes(4));
    equal(await bench.keeper.lasting(minutes(6)), 'token 1');
    await bench.clock.advance(1);
    equal(await bench.keeper.current(), 'token 1');
    equal(await bench.keeper.lasting(minutes(6)), 'token 2');
    equal(await bench.keeper.lasting(minutes(11)), 'token 2');
    await bench.clock.advance(seconds(10));
    equal(await bench.keeper.lasting(minutes(11)), 'token 3');
  });

  it('has the old one for them when no better one can be had', async () => {
    const bench = new KeeperFixture({ policy: accessTokenPolicy });
    await bench.keeper.current();
    await bench.clock.advance(minutes(4) + 1);
    bench.fail(outage);
    equal(await bench.keeper.lasting(minutes(6)), 'token 1');
  });

  it('serves it to its very end through an outage, and not a moment longer', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.fail(outage);
    await bench.tendFor(minutes(10) - 1_000);
    await bench.clock.advance(999);
    equal(await bench.keeper.current(), 'token 1');
    await bench.clock.advance(1);
    await rejects(bench.keeper.current(), { code: 'DEVOPS_UNAVAILABLE' });
  });

  it('serves it to its end after a definite no, asked at most once a minute', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.fail(no);
    await bench.tendFor(minutes(9), 500);
    equal(await bench.keeper.current(), 'token 1');
    await bench.clock.advance(minutes(1));
    for (let count = 0; count < 600; count += 1) {
      await rejects(bench.keeper.current(), { code: 'ID_TOKEN_REFUSED', kind: 'definite' });
      await bench.clock.advance(500);
    }
    const gaps = bench.askedAt.slice(2).map((at, index) => at - (bench.askedAt[index + 1] ?? 0));
    ok(gaps.length >= 10 && Math.min(...gaps) >= 60_000, String(gaps));
  });

  const outages = [seconds(3), seconds(20), minutes(3), minutes(9), minutes(20)];
  for (const lengthMs of outages) {
    it(`is back within five seconds of an outage of ${lengthMs / 1_000} s`, async () => {
      const bench = new KeeperFixture();
      await bench.keeper.current();
      await bench.clock.advance(minutes(2));
      bench.fail(outage);
      await bench.tendFor(lengthMs, 100);
      bench.recover();
      const backAt = bench.clock.monotonicMs();
      await bench.tendFor(seconds(6), 100);
      ok((bench.askedAt.at(-1) ?? Number.POSITIVE_INFINITY) - backAt <= 5_000);
      equal(bench.minted, 2);
    });
  }

  it('gives a request no longer than a third of the life left', async () => {
    const bench = new KeeperFixture();
    bench.lifeMs = seconds(60);
    await bench.keeper.current();
    bench.fail(outage);
    await bench.tendFor(seconds(59), 100);
    const [start = 0, ...later] = bench.askedAt;
    ok(later.length > 8);
    for (const [index, at] of later.entries()) {
      const leftMs = seconds(60) - (at - start);
      equal(bench.timeouts[index + 1], Math.max(1_000, leftMs / 3));
    }
  });

  it('keeps a pause that came with a good answer, but not beyond a third of the life', async () => {
    for (const [pauseMs, askedAgainMs] of [
      [minutes(3), minutes(3)],
      [minutes(60), minutes(10) / 3],
    ] as const) {
      const bench = new KeeperFixture();
      bench.reply = () => bench.fresh({ pauseMs });
      await bench.keeper.current();
      await bench.tendFor(minutes(5), 500);
      const [first = 0, second = 0] = bench.askedAt;
      ok(Math.abs(second - first - askedAgainMs) <= 500, `${second - first}`);
    }
  });
});
