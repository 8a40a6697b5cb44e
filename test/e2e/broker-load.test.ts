import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
});
