import fc from 'fast-check';
import { equal, ok } from 'node:assert/strict';
import {
  accessTokenPolicy,
  elapsedMs,
  idTokenPolicy,
  momentOf,
  longestPartMs,
  timeoutMs,
  waitAfterFailureMs,
} from '../../../src/refresh/refresh-policy.ts';
import { aFailure, minutes, seconds } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

const hour = minutes(60);

/** From two seconds to two days. */
const life = fc.oneof(
  fc.integer({ min: 2_000, max: 48 * hour }),
  fc.integer({ min: 2_000, max: minutes(12) }),
);
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const rhythms = { 'ID token': idTokenPolicy, 'access token': accessTokenPolicy } as const;

describe('the policy of refreshing', () => {
  for (const [kind, policy] of Object.entries(rhythms)) {
    it(`asks for a new ${kind} before the end of any life`, () => {
      fc.assert(
        fc.property(life, chance, (lifeMs, jitter) => {
          const refreshAfterMs = policy.refreshAfterMs(lifeMs, jitter);
          ok(refreshAfterMs > 0 && refreshAfterMs < lifeMs);
          ok(lifeMs - refreshAfterMs >= Math.min(lifeMs / 2, minutes(25)) - 1);
        }),
      );
    });

    it(`keeps the jitter of an ${kind} within a twentieth, and early rather than late`, () => {
      fc.assert(
        fc.property(life, chance, (lifeMs, jitter) => {
          const latest = policy.refreshAfterMs(lifeMs, 0);
          const refreshAfterMs = policy.refreshAfterMs(lifeMs, jitter);
          ok(refreshAfterMs <= latest && refreshAfterMs >= latest * 0.95);
        }),
      );
    });

    it(`makes nobody wait for an ${kind} before it is due`, () => {
      fc.assert(
        fc.property(life, chance, (lifeMs, jitter) => {
          ok(policy.floorMs(lifeMs) <= lifeMs - policy.refreshAfterMs(lifeMs, jitter));
        }),
      );
    });
  }

  const cases = [
    ['ID token', minutes(10), minutes(2), 0],
    ['ID token', minutes(5), minutes(1), 0],
    ['ID token', 24 * hour, 4.8 * hour, 0],
    ['access token', minutes(60), minutes(35), minutes(10)],
    ['access token', minutes(90), minutes(65), minutes(10)],
    ['access token', minutes(40), minutes(20), minutes(10)],
    ['access token', minutes(10), minutes(5), minutes(5)],
    ['access token', 24 * hour, 24 * hour - minutes(25), minutes(10)],
  ] as const;
  for (const [kind, lifeMs, refreshAfterMs, floorMs] of cases) {
    it(`replaces an ${kind} of ${lifeMs / 60_000} minutes after ${refreshAfterMs / 60_000}`, () => {
      equal(rhythms[kind].refreshAfterMs(lifeMs, 0), refreshAfterMs);
      equal(rhythms[kind].floorMs(lifeMs), floorMs);
    });
  }
});

describe('patience', () => {
  it('is a third of the life left, and never under a second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 48 * hour }), (leftMs) => {
        const bound = Math.max(1_000, leftMs / 3);
        ok(longestPartMs(leftMs) <= bound && longestPartMs(leftMs) >= 1_000);
        ok(timeoutMs(leftMs) <= bound && timeoutMs(leftMs) >= 1_000);
      }),
    );
  });

  it('ends a request after 45 s, longer than Azure DevOps delays one', () => {
    equal(timeoutMs(24 * hour), 45_000);
    equal(timeoutMs(0), 45_000);
    equal(longestPartMs(0), Number.POSITIVE_INFINITY);
  });
});

describe('the wait after a failure', () => {
  const trouble = aFailure();
  const retryAfter = fc.option(fc.integer({ min: 0, max: hour }), { nil: undefined });
  const streak = fc.record({
    failures: fc.integer({ min: 1, max: 5_000 }),
    services: fc.integer({ min: 1, max: 2 }),
  });

  it('never lasts longer than a third of the life left, nor is it ever nothing', () => {
    fc.assert(
      fc.property(streak, life, chance, retryAfter, (each, leftMs, jitter, retryAfterMs) => {
        const waitMs = waitAfterFailureMs(aFailure({ retryAfterMs }), each, leftMs, jitter);
        ok(waitMs <= Math.max(1_000, leftMs / 3) && waitMs >= Math.min(1_000, leftMs));
      }),
    );
  });

  it('grows with the failures in a row, up to five seconds a service', () => {
    fc.assert(
      fc.property(streak, chance, chance, ({ failures, services }, jitter, other) => {
        const wait = (count: number, luck: number): number =>
          waitAfterFailureMs(trouble, { failures: count, services }, 0, luck);
        ok(wait(failures + 1, other) >= wait(failures, jitter));
        ok(wait(failures, jitter) <= 5_000 * services);
      }),
    );
  });

  it('spreads the second attempts of a fleet over a second', () => {
    equal(waitAfterFailureMs(trouble, { failures: 1, services: 1 }, 0, 0), 1_500);
    equal(waitAfterFailureMs(trouble, { failures: 1, services: 1 }, 0, 1), 2_500);
  });

  it('is what the server asks for, when nobody would be without a token by then', () => {
    const throttled = aFailure({ retryAfterMs: seconds(90) });
    const streakOfOne = { failures: 1, services: 1 };
    equal(waitAfterFailureMs(throttled, streakOfOne, 0, 0), seconds(90));
    equal(waitAfterFailureMs(throttled, streakOfOne, seconds(300), 0), seconds(90));
    equal(waitAfterFailureMs(throttled, streakOfOne, seconds(60), 0), seconds(20));
  });

  it('is a minute after a definite no, whatever else', () => {
    fc.assert(
      fc.property(streak, life, chance, (each, leftMs, jitter) => {
        equal(waitAfterFailureMs(aFailure({ kind: 'definite' }), each, leftMs, jitter), 60_000);
      }),
    );
  });
});

describe('elapsed time', () => {
  const cases = [
    ['as both clocks say', seconds(30), 0, seconds(30)],
    ['with the wall clock set forward', seconds(30), minutes(15), minutes(15) + seconds(30)],
    ['with the wall clock set back', seconds(30), -minutes(15), seconds(30)],
    ['with a suspend of an hour', 0, hour, hour],
    ['with a wall clock set back and no time passed', 0, -hour, 0],
  ] as const;
  for (const [name, passMs, jumpMs, expected] of cases) {
    it(`is the longer of two measures: ${name}`, async () => {
      const clock = new FakeClock();
      const since = momentOf(clock);
      await clock.advance(passMs);
      clock.jump(jumpMs);
      equal(elapsedMs(since, momentOf(clock)), expected);
    });
  }

  it('is never less than what really passed, in any mixture of suspends and steps forward', () => {
    const step = fc.record({ pass: fc.nat(hour), suspend: fc.nat(hour), ahead: fc.nat(hour) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        const now = { monotonicMs: 0, wallMs: 0 };
        let passed = 0;
        for (const { pass, suspend, ahead } of steps) {
          passed += pass + suspend;
          now.monotonicMs += pass;
          now.wallMs += pass + suspend + ahead;
        }
        ok(elapsedMs({ monotonicMs: 0, wallMs: 0 }, now) >= passed);
      }),
    );
  });
});
