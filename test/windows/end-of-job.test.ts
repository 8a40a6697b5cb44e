import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ask, idTokenDoor } from '../e2e/support/clients.ts';
import { playHeld, startHeld } from '../e2e/support/held-job.ts';
import { assertClean, assertGreen, shortLives, useTheatre } from '../e2e/support/theatre.ts';
import { platforms } from './support/platforms.ts';
import { brokerGoneWithin, brokersOn, isOpen, runningOn } from './support/running.ts';
import { holdStep, login, refresher } from './support/steps.ts';

/* The other half of the flows; see `sign-in.test.ts`. */

for (const platform of platforms()) {
  describe(`On ${platform.name}`, function () {
    this.timeout(600_000);
    this.slow(20_000);
    const theatre = useTheatre(platform.stage);
    after(() => platform.close());

    it('the post-job step tells how it went, and leaves no process, port or file', async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'one' })];
      const steps = refresher('one') + holdStep('here', platform);
      const ports: number[] = [];
      const play = await playHeld(stage, { steps, connections }, async (job) => {
        await ask(idTokenDoor(await job.heldAt('here')));
        ports.push(job.broker.port);
        assert.equal(await isOpen(job.broker.port), true);
        job.letGo('here');
      });
      assertGreen(play);
      assert.match(play.report.log, /The broker kept 1 service connection signed in/);
      assert.match(play.report.summaries.join('\n'), /ID tokens from Azure DevOps \| [1-9]/);
      for (const port of ports) assert.equal(await isOpen(port), false);
      assert.deepEqual(runningOn(stage, platform), []);
    });

    it('the broker ends by itself within 15 s when the worker is killed', async () => {
      const { emulator, stage } = theatre;
      Object.assign(emulator.lifetimes, shortLives);
      const connections = [emulator.addServiceConnection({ name: 'killed' })];
      const job = await startHeld(stage, {
        steps: refresher('killed') + holdStep('here', platform),
        connections,
      });
      await job.heldAt('here');
      const { port } = job.broker;
      assert.equal(brokersOn(stage, platform).length, 1);
      job.run.killWorker();
      await brokerGoneWithin(15_000, stage, platform);
      assert.equal(existsSync(job.stateDirectory), false);
      assert.equal(await isOpen(port), false);
      const play = await job.end('here');
      assert.equal(play.report.result, 'Abandoned');
      assert.deepEqual(play.leaks, []);
    });

    it('the broker ends by itself, or by the hunt of the agent, when the post-job step cannot run', async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'one' })];
      const job = await startHeld(stage, {
        steps: refresher('one') + holdStep('here', platform),
        connections,
        // There when the job ends; the agent empties the folder then.
        allow: [{ where: 'file left', place: /^workload-identity/ }],
      });
      await job.heldAt('here');
      const { port } = job.broker;
      takePostJobStepsAway(join(job.run.workFolder, '_tasks'));
      const { report, leaks } = await job.end('here');
      assert.equal(report.result, 'Failed');
      assert.equal(report.orphansKilled.length, platform.huntsOrphans ? 1 : 0, report.log);
      await brokerGoneWithin(15_000, stage, platform);
      assert.equal(existsSync(job.stateDirectory), false);
      assert.equal(await isOpen(port), false);
      assert.deepEqual(leaks, []);
      assert.deepEqual(runningOn(stage, platform), []);
    });

    it('a step that is repeated after a failure joins the broker that is there', async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'flaky' })];
      emulator.faults.inject({ at: 'arm', kind: { status: 403 }, times: 1 });
      const steps = `${login('flaky', ', tools: none, propagationTimeout: 0').trimEnd()}\n    retryCountOnTaskFailure: 1\n${holdStep('here', platform)}`;
      const play = await playHeld(stage, { steps, connections }, async (job) => {
        await job.heldAt('here');
        assert.equal(brokersOn(stage, platform).length, 1);
        job.letGo('here');
      });
      assertGreen(play);
      assert.deepEqual(play.report.steps.find(({ phase }) => phase === 'main')?.attempts, 2);
      assert.deepEqual(runningOn(stage, platform), []);
    });

    it('the broker ends with a job that is cancelled', async () => {
      const { emulator, stage } = theatre;
      const connections = [emulator.addServiceConnection({ name: 'cancelled' })];
      const job = await startHeld(stage, {
        steps: refresher('cancelled') + holdStep('here', platform),
        connections,
      });
      await job.heldAt('here');
      job.run.cancel();
      const play = await job.end();
      assert.equal(play.report.result, 'Canceled');
      assertClean(play);
      assert.deepEqual(runningOn(stage, platform), []);
    });
  });
}

function takePostJobStepsAway(folder: string): void {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const steps = all.filter((path) => basename(path) === 'stop.mjs');
  assert.equal(steps.length, 3);
  for (const path of steps) rmSync(join(folder, path));
}
