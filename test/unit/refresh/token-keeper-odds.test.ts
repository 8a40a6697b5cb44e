import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { FailureBudget, CircuitBreaker } from '../../../src/refresh/circuit-breaker.ts';
import { aFailure, minutes, seconds } from '../../support/builders.ts';
import { FakeClock, settled } from '../../support/fakes.ts';
import { KeeperFixture } from '../../support/keeper.ts';

const outage = aFailure();

describe('a token out of a cache', () => {
  /** Issued by a clock that goes as ours does, but is nine minutes wrong. */
  const issued = (bench: KeeperFixture, agoMs = 0): number =>
    bench.clock.monotonicMs() - agoMs + minutes(9);

  it('is not good for longer than the one in hand that it is a copy of', async () => {
    const bench = new KeeperFixture();
    const copy = bench.fresh({ token: 'copy', issuedMs: issued(bench) });
    bench.reply = () => copy;
    await bench.keeper.current();
    await bench.tendFor(minutes(10) - 1_000);
    equal(await bench.keeper.current(), 'copy');
    await bench.clock.advance(1_000);
    bench.reply = () => bench.fresh({ token: 'new', issuedMs: issued(bench) });
    await bench.clock.advance(minutes(2));
    equal(await bench.keeper.current(), 'new');
  });

  it('is not taken for a new one when the one in hand has ended', async () => {
    const bench = new KeeperFixture();
    const copy = bench.fresh({ issuedMs: issued(bench) });
    bench.reply = () => copy;
    await bench.keeper.current();
    await bench.tendFor(minutes(10));
    await rejects(bench.keeper.current(), { code: 'DEVOPS_ANSWER_UNREADABLE' });
  });

  it('is asked for again in time, but not in a loop', async () => {
    const bench = new KeeperFixture();
    const copy = bench.fresh({ issuedMs: issued(bench) });
    bench.reply = () => copy;
    await bench.keeper.current();
    await bench.tendFor(minutes(9), 100);
    ok(bench.requests <= 20, `${bench.requests} requests`);
  });

  it('does not keep the other tokens of the service from being asked for', async () => {
    const clock = new FakeClock();
    const breaker = new CircuitBreaker(new FailureBudget());
    const [one, other] = [
      new KeeperFixture({ clock, breaker }),
      new KeeperFixture({ clock, breaker }),
    ];
    await one.keeper.current();
    await clock.advance(minutes(2));
    one.reply = () => one.fresh({ lifeMs: minutes(5) });
    await one.keeper.current();
    await settled();
    equal(await other.keeper.current(), 'token 1');
  });

  it('of a server whose clock was ahead once is taken again when the one in hand ends', async () => {
    const bench = new KeeperFixture();
    bench.reply = () => bench.fresh({ issuedMs: issued(bench, -minutes(15)) });
    await bench.keeper.current();
    bench.reply = () => bench.fresh({ issuedMs: issued(bench) });
    await bench.tendFor(minutes(10) + seconds(6), 500);
    equal(bench.keeper.isHolding, true);
    equal(await bench.keeper.current(), `token ${bench.requests}`);
  });
});

describe('a keeper and the clocks', () => {
  it('asks at once after a suspend of an hour, once, and serves nothing that has ended', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.clock.jump(minutes(60));
    const tokens = await Promise.all(Array.from({ length: 50 }, () => bench.keeper.current()));
    deepEqual([...new Set(tokens)], ['token 2']);
    equal(bench.requests, 2);
  });

  it('serves nothing that has ended after a suspend with upstream away', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.clock.jump(minutes(60));
    bench.fail(outage);
    await rejects(bench.keeper.current());
  });

  it('asks once too often when the clock is set forward, and not once more', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.clock.jump(minutes(15));
    await bench.tendFor(minutes(2) - seconds(5));
    equal(bench.requests, 2);
  });

  it('does not notice that the clock is set back', async () => {
    const bench = new KeeperFixture();
    await bench.keeper.current();
    bench.clock.jump(-minutes(15));
    await bench.tendFor(minutes(20));
    ok(bench.requests >= 10 && bench.requests <= 11, `${bench.requests} requests`);
  });
});

describe('delivery', () => {
  it('is tried again every two seconds until it succeeds, without asking upstream', async () => {
    const delivered: string[] = [];
    let isFull = true;
    const bench = new KeeperFixture({
      deliver: (token) => {
        if (isFull) return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
        delivered.push(token);
        return Promise.resolve();
      },
    });
    equal(await bench.keeper.current(), 'token 1');
    await settled();
    equal(bench.keeper.dueInMs(), 2_000);
    await rejects(bench.keeper.delivered(), { code: 'UNEXPECTED' });
    await bench.keeper.tend();
    isFull = false;
    await bench.keeper.tend();
    deepEqual(delivered, ['token 1']);
    await bench.keeper.delivered();
    equal(bench.requests, 1);
    equal(bench.failures.length, 3);
  });

  it('puts the newest token in place last, however slow the write of the one before', async () => {
    const delivered: string[] = [];
    const clock = new FakeClock();
    const bench = new KeeperFixture({
      clock,
      deliver: async (token) => {
        await clock.sleep(token === 'token 1' ? minutes(3) : 100);
        delivered.push(token);
      },
    });
    equal(await bench.keeper.current(), 'token 1');
    await bench.clock.advance(minutes(2));
    equal(await bench.keeper.current(), 'token 1');
    await bench.clock.advance(minutes(2));
    deepEqual(delivered, ['token 1', 'token 2']);
  });
});
