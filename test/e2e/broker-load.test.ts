import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ask, endOf, idTokenDoor, managedIdentityDoor, tokenIn } from './support/clients.ts';
import { holdStep, playHeld } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;

describe('A broker with much to do', function () {
  this.timeout(600_000);
  const theatre = useTheatre();

  it('asks once for 200 clients that come at the same moment when every token has ended', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, { idTokenSeconds: 10 });
    const connection = emulator.addServiceConnection({ name: 'busy' });
    const steps = refresher('busy') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      const exported = await job.heldAt('here');
      const file = exported['AZURE_FEDERATED_TOKEN_FILE'] ?? '';
      const token = (): string => readFileSync(file, 'utf8');
      // Right after a refresh, so that none is on its way.
      const earlier = token();
      while (token() === earlier) await pause(20);
      process.kill(job.broker.pid, 'SIGSTOP');
      while (endOf(token()) > Date.now()) await pause(200);
      Object.assign(emulator.lifetimes, { idTokenSeconds: 600 });
      const mark = emulator.journal.mark();
      const doors = [idTokenDoor(exported), managedIdentityDoor(exported)];
      const asked = Array.from({ length: 200 }, (_, index) =>
        ask(doors[index % 2] ?? assert.fail()),
      );
      await pause(500);
      process.kill(job.broker.pid, 'SIGCONT');
      const answers = await Promise.all(asked);
      assert.deepEqual(
        answers.filter(({ status }) => status !== 200),
        [],
      );
      assert.equal(new Set(answers.map(tokenIn)).size, 2);
      const routes = emulator.journal.since(mark).map(({ route }) => route);
      assert.deepEqual(routes, ['oidctoken', 'entra-token']);
      job.letGo('here');
    });
    assertGreen(play);
  });

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
