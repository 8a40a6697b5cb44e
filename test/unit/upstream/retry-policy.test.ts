import assert from 'node:assert/strict';
import type { FailureKind } from '../../../src/errors.ts';
import { withRetries, type Waiting } from '../../../src/upstream/retry-policy.ts';
import { aFailure, minutes, seconds } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

const patience = { transientMs: seconds(100), settlingMs: seconds(60) };

class Fixture {
  readonly clock = new FakeClock();
  readonly waits: (Waiting | undefined)[] = [];
  attempts = 0;
  outcome = 'pending';
  endedAfterMs = 0;

  /** @param kinds the failures in their order, the last one for ever; undefined is a success. */
  async play(...kinds: readonly (FailureKind | undefined)[]): Promise<this> {
    const beganMs = this.clock.monotonicMs();
    void withRetries(
      () => {
        const kind = kinds[Math.min(this.attempts, kinds.length - 1)];
        this.attempts += 1;
        return kind === undefined ? Promise.resolve('good') : Promise.reject(aFailure({ kind }));
      },
      patience,
      { clock: this.clock, pauseMs: () => seconds(2), onWait: (wait) => this.waits.push(wait) },
    )
      .then(
        (good) => (this.outcome = good),
        () => (this.outcome = 'failed'),
      )
      .finally(() => (this.endedAfterMs = this.clock.monotonicMs() - beganMs));
    await this.clock.advance(minutes(5));
    return this;
  }
}

describe('retrying', () => {
  const rows: readonly {
    kind: FailureKind;
    attempts: readonly [number, number];
    atMostMs: number;
  }[] = [
    { kind: 'transient', attempts: [50, 51], atMostMs: seconds(100) },
    { kind: 'settling', attempts: [30, 31], atMostMs: seconds(60) },
    { kind: 'unknown', attempts: [2, 3], atMostMs: seconds(5) },
    { kind: 'misconfigured', attempts: [2, 3], atMostMs: seconds(5) },
    { kind: 'definite', attempts: [1, 1], atMostMs: 0 },
  ];
  for (const { kind, attempts, atMostMs } of rows) {
    it(`ends after ${atMostMs / 1_000} s where every failure is ${kind}`, async () => {
      const fixture = await new Fixture().play(kind);
      const [fewest, most] = attempts;
      assert.equal(fixture.outcome, 'failed');
      assert.ok(fixture.attempts >= fewest && fixture.attempts <= most, String(fixture.attempts));
      assert.ok(fixture.endedAfterMs <= atMostMs, String(fixture.endedAfterMs));
    });
  }

  for (const kind of ['transient', 'settling', 'unknown', 'misconfigured'] as const) {
    it(`succeeds where the second attempt after a failure that is ${kind} does`, async () => {
      const fixture = await new Fixture().play(kind, undefined);
      assert.deepEqual([fixture.outcome, fixture.attempts], ['good', 2]);
    });
  }

  it('counts the time for what is new from its first refusal, not from the first attempt', async () => {
    const outage = Array.from({ length: 20 }, () => 'transient' as const);
    const fixture = await new Fixture().play(...outage, 'settling');
    assert.equal(fixture.endedAfterMs, seconds(100));
  });

  it('announces until when it tries, and when it waits no longer', async () => {
    const { waits, clock, endedAfterMs } = await new Fixture().play('transient');
    const begun = clock.now().getTime() - minutes(5);
    for (const wait of waits.slice(0, -1)) {
      assert.equal(wait?.until.getTime(), begun + patience.transientMs);
    }
    assert.equal(waits.at(-1), undefined);
    assert.ok(begun + endedAfterMs <= begun + patience.transientMs);
  });
});
