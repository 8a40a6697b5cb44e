import fc from 'fast-check';
import { deepEqual, equal, ok } from 'node:assert/strict';
import type { HttpAnswer } from '../../src/ports.ts';
import { BrokerFixture, type Served } from '../support/broker-fixture.ts';
import { minutes, seconds } from '../support/builders.ts';
import { settled } from '../support/fakes.ts';
import { faults } from '../support/faults.ts';

describe('a soak over 100 lives of a token', () => {
  it('serves clients that ask every 50 ms, with one request for each refresh', async function () {
    this.timeout(60_000);
    const bench = new BrokerFixture();
    const lifeMs = seconds(31);
    Object.assign(bench.upstream, { idTokenLifeMs: lifeMs, accessTokenLifeMs: lifeMs });
    bench.upstream.latencyMs = 30;
    await bench.start();
    await bench.clock.advance(100);
    let served = 0;
    const wrong: Served[] = [];
    const check = (answer: Served): void => {
      served += 1;
      if (answer.status !== 200 || !bench.upstream.accepts(answer.token)) wrong.push(answer);
    };
    const polls = (100 * lifeMs) / 50;
    for (let poll = 0; poll < polls; poll += 1) {
      void (poll % 2 === 0 ? bench.idToken() : bench.accessToken()).then(check);
      // Between two wakes of the broker nothing but the clients is to be done.
      await bench.clock.advance(50);
    }
    deepEqual(wrong, []);
    equal(served, polls);
    const idTokens = bench.upstream.visitsTo('devops').length;
    const accessTokens = bench.upstream.visitsTo('entra').length;
    // Replaced after a fifth and after half of a life, less the jitter.
    ok(idTokens > 520 && idTokens < 540, `${idTokens} ID tokens`);
    ok(accessTokens > 200 && accessTokens < 215, `${accessTokens} access tokens`);
    ok(bench.upstream.visits.every(({ outcome }) => outcome === 'token'));
  });
});

const names = faults(new BrokerFixture().clock).map(({ name }) => name);

type Event =
  | { readonly kind: 'fault'; readonly fault: number; readonly lastsMs: number }
  | { readonly kind: 'cache' | 'quiet' | 'suspend'; readonly lastsMs: number }
  | { readonly kind: 'step'; readonly byMs: number }
  | { readonly kind: 'slow'; readonly lastsMs: number; readonly latencyMs: number };

const lastsMs = fc.oneof(
  fc.integer({ min: 500, max: seconds(30) }),
  fc.integer({ min: 500, max: minutes(4) }),
);
const upstreamEvents: readonly fc.Arbitrary<Event>[] = [
  fc.record({
    kind: fc.constant('fault' as const),
    fault: fc.nat(names.length - 1),
    lastsMs,
  }),
  fc.record({ kind: fc.constantFrom('cache' as const, 'quiet' as const), lastsMs }),
  fc.record({
    kind: fc.constant('slow' as const),
    lastsMs,
    latencyMs: fc.integer({ min: 1, max: seconds(60) }),
  }),
];
const suspend: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant('suspend' as const),
  lastsMs: fc.integer({ min: 100, max: minutes(60) }),
});
const step = (min: number): fc.Arbitrary<Event> =>
  fc.record({
    kind: fc.constant('step' as const),
    byMs: fc.integer({ min, max: minutes(15) }),
  });
const timelineOf = (...more: readonly fc.Arbitrary<Event>[]): fc.Arbitrary<readonly Event[]> =>
  fc.array(fc.oneof(...upstreamEvents, ...more), { minLength: 3, maxLength: 12 });

/** Twelve, and the first of each of the two services while it was fine, which nobody can foresee. */
const maxFailuresInAMinute = 14;

/** Lives through a timeline with a client on both routes, and returns what was wrong. */
async function live(timeline: readonly Event[], skewMs: number): Promise<readonly string[]> {
  const bench = new BrokerFixture();
  const { clock, upstream } = bench;
  Object.assign(upstream, { idTokenLifeMs: minutes(2), accessTokenLifeMs: minutes(5) });
  clock.jump(skewMs);
  await bench.start();
  const wrong: string[] = [];
  const check = ({ status, token, body }: Served): void => {
    if (status === 200 && !upstream.accepts(token)) wrong.push('a dead token');
    if (status !== 200 && status !== 503 && status !== 403) wrong.push(`${status} ${body}`);
  };
  const passes = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 2_000) {
      const answers = [bench.idToken(), bench.accessToken()];
      await settled();
      for (const answer of answers) void answer.then(check);
      await clock.advance(Math.min(2_000, ms - passed));
    }
  };
  for (const event of timeline) {
    let cached: HttpAnswer | undefined;
    switch (event.kind) {
      case 'step':
        clock.jump(event.byMs);
        break;
      case 'suspend':
        upstream.suspend(event.lastsMs);
        break;
      case 'fault': {
        const fault = faults(clock)[event.fault];
        if (fault?.service === 'devops') upstream.devOpsFault = fault.fault;
        if (fault?.service === 'entra') upstream.entraFault = fault.fault;
        await passes(event.lastsMs);
        break;
      }
      case 'cache':
        upstream.devOpsFault = (_, good) => (cached ??= good());
        await passes(event.lastsMs);
        break;
      case 'slow':
        upstream.latencyMs = event.latencyMs;
        await passes(event.lastsMs);
        break;
      case 'quiet':
        await passes(event.lastsMs);
    }
    Object.assign(upstream, { devOpsFault: undefined, entraFault: undefined, latencyMs: 0 });
  }
  if (upstream.mostFailuresInAMinute > maxFailuresInAMinute) wrong.push('a storm');
  // A definite no is forgotten within a minute, anything else sooner.
  await passes(seconds(70));
  const asked = Promise.all([bench.idToken(), bench.accessToken()]);
  // A client may wait some seconds for a better token than the good one in hand.
  await clock.advance(seconds(5));
  const last = await asked;
  if (last.some(({ status }) => status !== 200)) wrong.push('no recovery');
  return wrong;
}

describe('random timelines of faults', () => {
  const skew = fc.constantFrom(0, -minutes(15), minutes(15));
  /** Entra has been down for minutes when Azure DevOps fails once, too. */
  const oneAfterTheOther: readonly Event[] = [
    { kind: 'cache', lastsMs: 75_000 },
    { kind: 'fault', fault: names.lastIndexOf('500'), lastsMs: 222_001 },
    { kind: 'step', byMs: 14_942 },
    { kind: 'fault', fault: names.indexOf('429 with seconds'), lastsMs: 500 },
  ];

  /** Thirteen failures in a minute, one of them the first of a service that was fine. */
  const failedAgainAfterSuspends: readonly Event[] = [
    { kind: 'suspend', lastsMs: 119_000 },
    { kind: 'fault', fault: 3, lastsMs: 2_001 },
    { kind: 'fault', fault: 54, lastsMs: 58_000 },
    { kind: 'slow', lastsMs: 500, latencyMs: 1 },
    { kind: 'cache', lastsMs: 500 },
    { kind: 'suspend', lastsMs: 100 },
  ];

  it('never lead to a dead token or a storm, with clocks that are wrong and are set right', async () => {
    await fc.assert(
      fc.asyncProperty(timelineOf(step(-minutes(15))), skew, async (timeline, skewMs) => {
        deepEqual(await live(timeline, skewMs), []);
      }),
      { numRuns: 40, endOnFailure: true, examples: [[oneAfterTheOther, 0]] },
    );
  });

  it('never lead to a dead token or a storm, with suspends between', async () => {
    await fc.assert(
      fc.asyncProperty(timelineOf(suspend, step(0)), skew, async (timeline, skewMs) => {
        deepEqual(await live(timeline, skewMs), []);
      }),
      { numRuns: 40, endOnFailure: true, examples: [[failedAgainAfterSuspends, 0]] },
    );
  });
});
