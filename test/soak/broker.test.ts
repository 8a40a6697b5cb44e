import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { idTokenDoor, managedIdentityDoor, SteadyClient } from '../e2e/support/clients.ts';
import { hasGrown, leastFootprint } from '../e2e/support/footprint.ts';
import { holdStep, playHeld } from '../e2e/support/held-job.ts';
import { metronome } from '../e2e/support/metronome.ts';
import { assertGreen, useTheatre } from '../e2e/support/theatre.ts';

/**
 * A life with which a second of rounding leaves time for two attempts at a refresh, on a machine that
 * does other things as well.
 */
const lifeSeconds = 5;
/** They take eight minutes. */
const lives = 100;
/** Until V8 has compiled what is in use. */
const warmUpLives = 20;

describe('A long job of clients that ask every 50 ms', function () {
  this.timeout((lives + 100) * lifeSeconds * 1_000);
  const theatre = useTheatre();

  it('sees no failure and no expired token, and the broker does not grow', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, {
      idTokenSeconds: lifeSeconds,
      accessTokenSeconds: lifeSeconds,
    });
    const begunMs = Date.now();
    const connections = [emulator.addServiceConnection({ name: 'long' })];
    const steps = `
  - task: TokenRefresher@1
    inputs: { azureSubscription: long, managedIdentity: true }
${holdStep('here')}`;
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      const exported = await job.heldAt('here');
      const { pid } = job.broker;
      const clients = [idTokenDoor(exported), managedIdentityDoor(exported)].map(
        (door) => new SteadyClient(door, 50),
      );
      // The heap goes up and down with the collector: the second look is long enough for a low.
      const measuredMs = 5_000;
      const measuredLateMs = 30_000;
      await pause(warmUpLives * lifeSeconds * 1_000 - measuredMs);
      const early = await leastFootprint(pid, measuredMs);
      await pause((lives - warmUpLives) * lifeSeconds * 1_000 - measuredLateMs);
      let late = await leastFootprint(pid, measuredLateMs);
      // What stays does not go, however long one looks.
      for (let looks = 1; looks < 4 && hasGrown(early, late); looks += 1) {
        late = await leastFootprint(pid, measuredLateMs);
      }
      for (const client of clients) {
        const { failures, expired, tokens } = await client.stop();
        assert.deepEqual(failures, []);
        assert.equal(expired, 0);
        assert.ok(tokens.size >= lives, `${tokens.size} tokens`);
      }
      assert.ok(!hasGrown(early, late), JSON.stringify({ early, late }));
      job.letGo('here');
    });
    assertGreen(play);
    // Both tokens may be on their way when the machine stands still.
    const excused = 2 * metronome.standstillsSince(begunMs);
    const [, failed = '0'] = /(\d+) failed requests?, repeated/.exec(play.report.log) ?? [];
    if (excused === 0) assert.match(play.report.log, /no failed request/);
    assert.ok(Number(failed) <= excused, play.report.log);
  });
});
