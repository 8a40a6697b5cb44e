import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { idTokenDoor, managedIdentityDoor, SteadyClient } from './support/clients.ts';
import { leastFootprint } from './support/footprint.ts';
import { holdStep, playHeld } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

/** The shortest life with which a second of rounding leaves time for a refresh. */
const lifeSeconds = 3;
/** They take five minutes. */
const lives = 100;
/** Until V8 has compiled what is in use. */
const warmUpLives = 20;

describe('A long job of clients that ask every 50 ms', function () {
  this.timeout((lives + 40) * lifeSeconds * 1_000);
  const theatre = useTheatre();

  it('sees no failure and no expired token, and the broker does not grow', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, {
      idTokenSeconds: lifeSeconds,
      accessTokenSeconds: lifeSeconds,
    });
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
      const late = await leastFootprint(pid, measuredLateMs);
      for (const client of clients) {
        const { failures, expired, tokens } = await client.stop();
        assert.deepEqual(failures, []);
        assert.equal(expired, 0);
        assert.ok(tokens.size >= lives, `${tokens.size} tokens`);
      }
      const told = JSON.stringify({ early, late });
      assert.ok(late.rss <= early.rss * 1.1, told);
      assert.ok(late.anonymous <= early.anonymous * 1.1, told);
      job.letGo('here');
    });
    assertGreen(play);
    assert.match(play.report.log, /no failed request/);
  });
});
