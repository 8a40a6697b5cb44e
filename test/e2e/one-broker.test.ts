import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { goneWithin, holdStep, startHeld } from './support/held-job.ts';
import { assertClean, assertGreen, linesOf, useTheatre } from './support/theatre.ts';

const login = (connection: string, more = ''): string =>
  `  - task: FederatedLogin@1\n    inputs: { azureSubscription: ${connection}, tools: none${more} }\n`;
const terraform = (connection: string, more = ''): string =>
  `  - task: TerraformOidcEnv@1\n    inputs: { azureSubscription: ${connection}${more} }\n`;
const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;
const look = `
  - bash: |
      echo "brokers: $(pgrep -fc "$AGENT_WORKFOLDER/_tasks/.*/broker.mjs" || true)"
      find "$AGENT_TEMPDIRECTORY/workload-identity" -printf '%m %p\\n'
    displayName: look
`;

describe('The broker of a job', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const [title, steps] of [
    ['the three tasks in one order', login('one') + terraform('one') + refresher('one')],
    ['the three tasks in the other order', refresher('one') + terraform('one') + login('one')],
    [
      'one task twice, for two connections',
      terraform('one') + terraform('two', ', tfVarPrefix: hub'),
    ],
    [
      'all tasks for two connections',
      login('one') + login('two') + refresher('two') + terraform('one'),
    ],
  ] as const) {
    it(`is one for ${title}`, async () => {
      const { emulator, stage } = theatre;
      const connections = ['one', 'two'].map((name) => emulator.addServiceConnection({ name }));
      const play = await stage.play({ pipeline: `steps:\n${steps}${look}`, connections });
      assertGreen(play);
      const seen = linesOf(play.report, 'look').join('\n');
      assert.match(seen, /brokers: 1\b/);
      assert.doesNotMatch(seen, /^(?!600|700)\d{3} \//m);
    });
  }

  it('serves a step that is repeated after a failure, with no stale file', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'flaky' });
    emulator.faults.inject({ at: 'arm', kind: { status: 403 }, times: 1 });
    const play = await stage.play({
      pipeline: `
steps:
  - task: FederatedLogin@1
    inputs: { azureSubscription: flaky, tools: none, propagationTimeout: 0 }
    retryCountOnTaskFailure: 1
${look}`,
      connections: [connection],
    });
    assert.match(linesOf(play.report, 'look').join('\n'), /brokers: 1\b/);
    assertGreen(play);
  });

  it('is gone within 15 s when the worker is killed', async () => {
    const { emulator, stage } = theatre;
    // Such that it asks upstream every second.
    Object.assign(emulator.lifetimes, { idTokenSeconds: 5 });
    const connections = [emulator.addServiceConnection({ name: 'killed' })];
    const job = await startHeld(stage, { steps: login('killed') + holdStep('here'), connections });
    await job.heldAt('here');
    const { pid } = job.broker;
    job.run.killWorker();
    await goneWithin(pid, 15_000);
    assert.equal((await job.end('here')).report.result, 'Abandoned');
    const late = emulator.journal.mark();
    await pause(3_000);
    assert.deepEqual(emulator.journal.since(late), [], 'the broker still asks upstream');
    assert.equal(existsSync(job.stateDirectory), false);
  });

  it('ends with a job that is cancelled', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'cancelled' })];
    const steps = login('cancelled') + holdStep('here');
    const job = await startHeld(stage, { steps, connections });
    await job.heldAt('here');
    job.run.cancel();
    const play = await job.end();
    assert.equal(play.report.result, 'Canceled');
    assertClean(play);
  });
});
