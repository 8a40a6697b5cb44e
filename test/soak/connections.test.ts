import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endOf } from '../e2e/support/clients.ts';
import { holdStep, playHeld } from '../e2e/support/held-job.ts';
import { assertGreen, useTheatre } from '../e2e/support/theatre.ts';

const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;

describe('A broker with many connections', function () {
  this.timeout(600_000);
  const theatre = useTheatre();

  it('keeps 100 connections of one job fresh, all by itself', async () => {
    const { emulator, stage } = theatre;
    const lifeSeconds = 30;
    Object.assign(emulator.lifetimes, { idTokenSeconds: lifeSeconds });
    const names = Array.from({ length: 100 }, (_, index) => `number-${index}`);
    const connections = names.map((name) => emulator.addServiceConnection({ name }));
    const steps = names.map(refresher).join('') + holdStep('here');
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      await job.heldAt('here');
      const { pid } = job.broker;
      const tokens = (): readonly string[] =>
        connections.map(({ id }) => readFileSync(join(job.stateDirectory, id, 'id-token'), 'utf8'));
      const first = tokens();
      await pause((lifeSeconds + 2) * 1_000);
      const later = tokens();
      assert.equal(new Set([...first, ...later]).size, 200);
      assert.deepEqual(
        later.filter((token) => endOf(token) <= Date.now()),
        [],
      );
      assert.equal(job.broker.pid, pid);
      assert.equal(job.broker.connections.length, 100);
      job.letGo('here');
    });
    assertGreen(play);
    assert.match(play.report.log, /kept 100 service connections signed in/);
  });
});
