import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askThrough } from '../harness/emulator/through-proxy.ts';
import {
  ask,
  endOf,
  idTokenDoor,
  managedIdentityDoor,
  SteadyClient,
  tokenIn,
} from './support/clients.ts';
import { goneWithin, holdStep, playHeld, startHeld, type Exported } from './support/held-job.ts';
import { assertClean, assertGreen, shortLives, useTheatre, usualLives } from './support/theatre.ts';

const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;
const terraform = (connection: string): string =>
  `  - task: TerraformOidcEnv@1\n    inputs: { azureSubscription: ${connection} }\n`;

/** What our tasks set, without what opens the endpoints. */
const addressesOf = (exported: Exported): Exported =>
  Object.fromEntries(
    Object.entries(exported).filter(
      ([name]) => /^(AZURE_|IDENTITY_|NO_PROXY$)/.test(name) && !/_TOKEN$|_HEADER$/.test(name),
    ),
  );

describe('A broker whose job goes wrong', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  for (const [title, next, isSame] of [
    ['the same connection', refresher('one'), true],
    // Its variables stand in place of those of the first.
    ['another connection', terraform('two'), false],
  ] as const) {
    it(`is followed at the same address after it was killed, when the next task is for ${title}`, async () => {
      const { emulator, stage } = theatre;
      Object.assign(emulator.lifetimes, shortLives);
      const connections = ['one', 'two'].map((name) => emulator.addServiceConnection({ name }));
      const steps = refresher('one') + holdStep('before') + next + holdStep('after');
      const play = await playHeld(stage, { steps, connections }, async (job) => {
        const before = await job.heldAt('before');
        const first = job.broker;
        process.kill(first.pid, 'SIGKILL');
        await goneWithin(first.pid, 15_000);
        // Which of the two depends on how far the system has got with closing its sockets.
        await assert.rejects(ask(idTokenDoor(before)), { code: /^ECONN(REFUSED|RESET)$/ });
        // The token in the file ends with nobody to replace it.
        const file = before['AZURE_FEDERATED_TOKEN_FILE'] ?? '';
        while (endOf(readFileSync(file, 'utf8')) > Date.now()) await pause(200);
        Object.assign(emulator.lifetimes, usualLives);
        job.letGo('before');

        const after = await job.heldAt('after');
        assert.notEqual(job.broker.pid, first.pid);
        assert.equal(job.broker.port, first.port);
        if (isSame) assert.deepEqual(addressesOf(after), addressesOf(before));
        // Nobody watched the port meanwhile, and whoever held it could learn what opened it.
        for (const door of [idTokenDoor(before), managedIdentityDoor(before)]) {
          assert.equal((await ask(door)).status, 401);
        }
        for (const door of isSame ? [idTokenDoor(after), managedIdentityDoor(after)] : []) {
          const answer = await ask(door);
          assert.equal(answer.status, 200, answer.text);
          assert.ok(endOf(tokenIn(answer)) > Date.now());
        }
        assert.ok(endOf(readFileSync(file, 'utf8')) > Date.now());
        job.letGo('after');
      });
      assertGreen(play);
    });
  }

  it('costs the job nothing when it is killed and no task of ours comes after it', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'alone' });
    const steps = refresher('alone') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await job.heldAt('here');
      process.kill(job.broker.pid, 'SIGKILL');
      job.letGo('here');
    });
    assertGreen(play);
  });

  it('cleans up when the system asks it to end', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'asked' });
    const steps = refresher('asked') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await job.heldAt('here');
      const { pid } = job.broker;
      process.kill(pid, 'SIGTERM');
      await goneWithin(pid, 15_000);
      assert.equal(existsSync(job.stateDirectory), false);
      job.letGo('here');
    });
    assertGreen(play);
  });

  it('is gone within 15 s when the worker is killed while Azure DevOps says nothing', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, { idTokenSeconds: 60 });
    const connection = emulator.addServiceConnection({ name: 'silent' });
    const steps = refresher('silent') + holdStep('here');
    const job = await startHeld(stage, { steps, connections: [connection] });
    await job.heldAt('here');
    const { pid } = job.broker;
    const fault = emulator.faults.inject({ at: 'oidctoken', kind: 'silence' });
    while (fault.hits === 0) await pause(100);
    job.run.killWorker();
    await goneWithin(pid, 15_000);
    fault.clear();
    assert.equal(existsSync(job.stateDirectory), false);
    assert.equal((await job.end('here')).report.result, 'Abandoned');
  });

  it('leaves nothing when the job is cancelled while it waits for its first token', async () => {
    const { emulator, stage } = theatre;
    const connections = [emulator.addServiceConnection({ name: 'one' })];
    const fault = emulator.faults.inject({ at: 'oidctoken', kind: 'silence' });
    const play = await stage.play({
      pipeline: `steps:\n${refresher('one')}`,
      connections,
      meanwhile: async (run) => {
        while (fault.hits === 0) await pause(100);
        run.cancel();
      },
    });
    fault.clear();
    assert.equal(play.report.result, 'Canceled');
    assertClean(play);
  });
});

describe('A broker that stands still', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('serves no expired token when it goes on after three lifetimes', async () => {
    const { emulator, stage } = theatre;
    const lifeSeconds = 8;
    Object.assign(emulator.lifetimes, {
      idTokenSeconds: lifeSeconds,
      accessTokenSeconds: lifeSeconds,
    });
    const connection = emulator.addServiceConnection({ name: 'still' });
    const steps = refresher('still') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      const exported = await job.heldAt('here');
      const doors = [idTokenDoor(exported), managedIdentityDoor(exported)];
      const clients = doors.flatMap((door) =>
        Array.from({ length: 5 }, () => new SteadyClient(door, 50)),
      );
      while (clients.some(({ answers }) => answers === 0)) await pause(100);
      const before = clients.map(({ answers }) => answers);
      process.kill(job.broker.pid, 'SIGSTOP');
      await pause(3 * lifeSeconds * 1_000);
      process.kill(job.broker.pid, 'SIGCONT');
      const first = await ask(managedIdentityDoor(exported));
      const isWorking = ({ answers }: SteadyClient, index: number): boolean =>
        answers > (before[index] ?? 0) + 5;
      while (!clients.every(isWorking)) await pause(100);
      for (const { failures, expired } of await Promise.all(clients.map((it) => it.stop()))) {
        assert.deepEqual(failures, []);
        assert.equal(expired, 0);
      }
      const url = `https://management.azure.com/subscriptions/${connection.subscriptionId}?api-version=2022-12-01`;
      const bearer = tokenIn(first);
      assert.equal((await askThrough(emulator, url, { bearer })).status, 200);
      job.letGo('here');
    });
    assertGreen(play);
  });

  it('is ended and followed at the same address when the next task of ours meets it', async () => {
    const { emulator, stage } = theatre;
    const connections = ['one', 'two'].map((name) => emulator.addServiceConnection({ name }));
    const steps = refresher('one') + holdStep('before') + terraform('two') + holdStep('after');
    const play = await playHeld(stage, { steps, connections }, async (job) => {
      const exported = await job.heldAt('before');
      const { pid, port } = job.broker;
      process.kill(pid, 'SIGSTOP');
      job.letGo('before');
      await job.heldAt('after');
      assert.notEqual(job.broker.pid, pid);
      assert.equal(job.broker.port, port);
      assert.equal((await ask(idTokenDoor(exported))).status, 401);
      job.letGo('after');
    });
    assertGreen(play);
  });

  it('is ended by force at the end of the job', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'stuck' });
    const steps = refresher('stuck') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await job.heldAt('here');
      process.kill(job.broker.pid, 'SIGSTOP');
      job.letGo('here');
    });
    assertGreen(play);
    assert.match(play.report.log, /did not answer any more and was ended by force/);
    assert.equal(existsSync(join(stage.folder, 'agent/_work/_temp/workload-identity')), false);
  });
});
