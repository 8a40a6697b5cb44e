import assert from 'node:assert/strict';
import { refusal } from '../../../../src/errors.ts';
import { Secret } from '../../../../src/secret.ts';
import { parseTimelineRecord } from '../../../../src/wire/timeline.ts';
import { federatedLogin } from '../../../../tasks/FederatedLogin/federated-login.ts';
import { finish } from '../../../../tasks/shared/finish.ts';
import { tokenRefresher } from '../../../../tasks/TokenRefresher/token-refresher.ts';
import { anAnswer, jobVariables } from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings, FakeAgent } from '../../../support/fake-agent.ts';
import { FakeFiles } from '../../../support/fakes.ts';
import { TaskBench } from '../../../support/task-bench.ts';

/** The post-job step that belongs to a main step: it has the same task variables. */
async function finished(bench: TaskBench, main: FakeAgent): Promise<FakeAgent> {
  const agent = bench.agent({ taskVariables: main.taskVariables });
  await finish(agent, bench.finishWorld);
  return agent;
}

async function started(bench: TaskBench, settings: AgentSettings = {}): Promise<FakeAgent> {
  const main = bench.agent(settings);
  await tokenRefresher(bench.world(main));
  return main;
}

/** The same with a broker that answers nobody any more. */
async function deafened(bench: TaskBench, main: FakeAgent): Promise<FakeAgent> {
  const agent = bench.agent({ taskVariables: main.taskVariables });
  const deaf = { ask: (): Promise<undefined> => Promise.resolve(undefined) };
  await finish(agent, { ...bench.finishWorld, reach: () => deaf });
  return agent;
}

describe('the post-job step', () => {
  it('stops the broker, leaves nothing, and tells how it went', async () => {
    const bench = new TaskBench();
    const agent = await finished(bench, await started(bench));
    assert.equal(bench.broker.isRunning, false);
    assert.deepEqual(bench.files.all, []);
    assert.ok(agent.log.includes('signed in for 4.0 hours'), agent.log);
    assert.ok(agent.summaries['workload-identity']?.startsWith('### Workload identity'));
    const [{ type, name, text } = { type: '', name: '', text: '{}' }, ...more] = agent.attachments;
    assert.deepEqual([type, name], ['workload-identity.timeline', 'workload-identity']);
    assert.equal(parseTimelineRecord(text)?.isComplete, true);
    assert.deepEqual(more, []);
    assert.deepEqual(agent.warned, []);
  });

  it('leaves the broker alone that another step started', async () => {
    const bench = new TaskBench();
    await started(bench);
    const agent = await finished(bench, await started(bench));
    assert.equal(bench.broker.isRunning, true);
    assert.deepEqual([agent.said, agent.warned], [[], []]);
  });

  it('removes the token file that nobody keeps fresh', async () => {
    const bench = new TaskBench();
    const main = bench.agent({ inputs: { refresh: 'false', tools: 'none' } });
    await federatedLogin(bench.world(main));
    assert.notDeepEqual(bench.files.all, []);
    await finished(bench, main);
    assert.deepEqual(bench.files.all, []);
  });

  it('tells how it went, and warns, where a program holds something of it', async () => {
    const bench = new TaskBench();
    const main = await started(bench);
    const files = new FakeFiles();
    for (const [path, content] of bench.files.contents) files.contents.set(path, content);
    files.remove = () => Promise.reject(Object.assign(new Error('held'), { code: 'EBUSY' }));
    const agent = bench.agent({ taskVariables: main.taskVariables });
    await finish(agent, { ...bench.finishWorld, files });
    assert.ok(agent.log.includes('signed in for 4.0 hours'), agent.log);
    assert.match(agent.warned.join(), /could not be removed/);
    const directory = '/agent/_temp/workload-identity-once-abcdefghijkl';
    files.directories.add(directory);
    const once = bench.agent({ taskVariables: { workloadIdentityDirectory: directory } });
    await finish(once, { ...bench.finishWorld, files });
    assert.match(once.warned.join(), /could not be removed/);
    assert.deepEqual(once.said, []);
  });

  it('stops the broker, and only warns, where the disk takes nothing', async () => {
    const bench = new TaskBench();
    const main = await started(bench);
    const full = refusal('TEMP_FOLDER_UNWRITABLE', 'It is read-only.', 'Make it writable.');
    const files = new FakeFiles();
    for (const [path, content] of bench.files.contents) files.contents.set(path, content);
    files.remove = () => Promise.reject(full);
    const agent = bench.agent({ taskVariables: main.taskVariables });
    const unwritable = {
      attach: () => Promise.reject(full),
      attachSummary: () => Promise.reject(full),
    };
    await finish(Object.assign(agent, unwritable), { ...bench.finishWorld, files });
    assert.equal(bench.broker.isRunning, false);
    assert.ok(agent.log.includes('signed in for 4.0 hours'), agent.log);
    const sentence = 'It is read-only. Make it writable. (TEMP_FOLDER_UNWRITABLE)';
    assert.deepEqual(agent.warned, [sentence, sentence, sentence]);
  });

  const printed = [
    '/home/user',
    '/agent/_temp',
    '/agent/_temp/other',
    '/agent/_temp/workload-identity',
    '/agent/_temp/workload-identity-once-',
    '/agent/_temp/workload-identity-once-abcdefghijkl/..',
    '/agent/_temp/workload-identity-once-abcdefghijkl/inner',
    '/agent/_temp/../_temp/workload-identity-once-abcdefghijkl',
    '/elsewhere/workload-identity-once-abcdefghijkl',
    'workload-identity-once-abcdefghijkl',
  ];
  for (const directory of printed) {
    it(`does not remove what a line named that somebody printed: ${directory}`, async () => {
      const bench = new TaskBench();
      bench.files.directories.add(directory);
      const agent = bench.agent({ taskVariables: { workloadIdentityDirectory: directory } });
      await finish(agent, bench.finishWorld);
      assert.deepEqual(bench.files.all, [directory]);
      assert.match(agent.warned.join(), /was not removed/);
    });
  }

  it('does not remove a directory of our form that others may enter', async () => {
    const bench = new TaskBench();
    const directory = '/agent/_temp/workload-identity-once-abcdefghijkl';
    bench.files.contents.set(directory, 'a link, say');
    const agent = bench.agent({ taskVariables: { workloadIdentityDirectory: directory } });
    await finish(agent, bench.finishWorld);
    assert.deepEqual(bench.files.all, [directory]);
  });

  it('does not stop a broker of another job that a line named', async () => {
    const bench = new TaskBench();
    await started(bench);
    const text = bench.files.contents.get('/agent/_temp/workload-identity/broker.json') ?? '';
    const { brokerId } = JSON.parse(text) as { brokerId: string };
    const agent = bench.agent({
      taskVariables: { workloadIdentityBroker: brokerId },
      jobVariables: jobVariables({ jobAccessToken: new Secret('of another job') }),
    });
    await finish(agent, bench.finishWorld);
    assert.equal(bench.broker.isRunning, true);
    assert.notDeepEqual(bench.files.all, []);
  });

  it('has nothing to do, and nothing to say, where the main step never ran', async () => {
    const agent = await finished(new TaskBench(), new TaskBench().agent());
    assert.deepEqual([agent.said, agent.warned, agent.summaries], [[], [], {}]);
  });

  it('may run twice', async () => {
    const bench = new TaskBench();
    const main = await started(bench);
    await finished(bench, main);
    const again = await finished(bench, main);
    assert.deepEqual([again.warned, again.summaries], [[], {}]);
    assert.ok(again.log.includes('Nothing was found of the broker'));
  });

  it('tells that the main step has ended the broker itself, where it failed', async () => {
    const bench = new TaskBench();
    bench.http.reply = () => anAnswer({ status: 403 });
    const main = bench.agent();
    await rejectionOf(federatedLogin(bench.world(main)), 'SUBSCRIPTION_UNREADABLE');
    const agent = await finished(bench, main);
    assert.match(agent.log, /^This step failed, and ended the broker that it had started\./);
    assert.doesNotMatch(agent.log, /Nothing was found/);
    assert.deepEqual([agent.warned, bench.files.all], [[], []]);
  });

  it('stops the broker that did not hear when the main step failed', async () => {
    const bench = new TaskBench();
    bench.http.reply = () => anAnswer({ status: 403 });
    const main = bench.agent();
    const deaf = (): ReturnType<typeof bench.broker.world.reach> => ({
      ask: () => Promise.resolve(undefined),
    });
    const world = bench.world(main);
    await rejectionOf(
      federatedLogin({ ...world, join: { ...world.join, reach: deaf } }),
      'BROKER_NOT_STARTED',
    );
    const agent = await finished(bench, main);
    assert.ok(agent.log.includes('signed in for 4.0 hours'), agent.log);
  });

  it('ends a broker by force that does not answer any more, and warns', async () => {
    const bench = new TaskBench();
    const agent = await deafened(bench, await started(bench));
    assert.deepEqual([...bench.processes.alive.values()], ['the worker']);
    assert.match(agent.warned.join(), /ended by force; nothing of it is left/);
    assert.deepEqual(bench.files.all, []);
  });

  it('promises no such thing where it must not end a process by force', async () => {
    const bench = new TaskBench();
    const main = await started(bench);
    bench.processes.end = () => Promise.resolve();
    const agent = await deafened(bench, main);
    assert.match(agent.warned.join(), /was not ended by force.+ends by itself/);
    assert.deepEqual(bench.files.all, []);
  });
});
