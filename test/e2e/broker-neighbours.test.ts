import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SampledProcess } from '../harness/leaks/process-watch.ts';
import { Stage } from '../harness/stage.ts';
import { ask, assertKeptApart, idTokenDoor } from './support/clients.ts';
import { goneWithin, holdStep, playHeld, startHeld } from './support/held-job.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

const steps = `
  - task: TokenRefresher@1
    inputs: { azureSubscription: shared, managedIdentity: true }
${holdStep('here')}`;

describe('Two jobs of one user on one host', function () {
  this.timeout(300_000);
  const theatre = useTheatre();
  let other: Stage;
  beforeEach(() => {
    other = new Stage(theatre.emulator);
  });
  afterEach(() => other.close());

  it('have a broker each, which serves its own job only', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'shared' })];
    // What an agent gives to its tasks looks like a leak to the detector of another.
    const isOfOther = ({ arguments: words }: SampledProcess): boolean =>
      words.join(' ').includes(other.folder);
    const allow = [{ where: 'environment' as const, process: isOfOther }];
    const first = await playHeld(stage, { steps, connections, allow }, async (one) => {
      const mine = await one.heldAt('here');
      const second = await playHeld(other, { steps, connections }, async (two) => {
        const yours = await two.heldAt('here');
        assert.notEqual(one.broker.pid, two.broker.pid);
        assert.notEqual(one.broker.port, two.broker.port);
        await assertKeptApart(mine, yours);
        two.letGo('here');
      });
      assertGreen(second);
      assert.equal((await ask(idTokenDoor(mine))).status, 200);
      one.letGo('here');
    });
    assertGreen(first);
  });
});

describe('A job after one whose agent was killed', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  const takeBack = `
  - bash: cp -a "$AGENT_WORKFOLDER/left" "$AGENT_TEMPDIRECTORY/workload-identity"
    displayName: nobody emptied the temp folder
`;
  for (const [title, before] of [
    ['emptied', ''],
    ['left as it was', takeBack],
  ] as const) {
    it(`has a broker of its own, when the temp folder is ${title}`, async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'shared' })];
      const killed = await startHeld(stage, { steps, connections });
      const old = idTokenDoor(await killed.heldAt('here'));
      const { pid, brokerId } = killed.broker;
      killed.run.killWorker();
      await killed.end('here');
      cpSync(killed.stateDirectory, join(killed.run.workFolder, 'left'), { recursive: true });

      const again = { steps: before + steps.replaceAll('here', 'there'), connections };
      const play = await playHeld(stage, again, async (job) => {
        const exported = await job.heldAt('there');
        assert.notEqual(job.broker.pid, pid);
        assert.notEqual(job.broker.brokerId, brokerId);
        const door = idTokenDoor(exported);
        assert.equal((await ask(door)).status, 200);
        assert.equal((await ask({ ...door, headers: old.headers })).status, 401);
        // The old one goes, and takes nothing of the new one's with it.
        await goneWithin(pid, 15_000);
        assert.equal((await ask(door)).status, 200);
        assert.equal(existsSync(exported['AZURE_FEDERATED_TOKEN_FILE'] ?? ''), true);
        job.letGo('there');
      });
      assertGreen(play);
    });
  }
});
