import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { argumentsOf } from './processes.ts';
import { TestAgent } from './test-agent.ts';

function isAlive(pid: number): boolean {
  return argumentsOf(pid).length > 0;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(25);
}

describe("a job's processes", () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  const probe = (inputs: object, more: object = {}): object => ({
    task: 'Probe@1',
    inputs,
    ...more,
  });

  it('are children of a worker of its own, which goes with the job', async () => {
    const run = agent.start({ steps: [probe({ record: agent.path('parent') })] });
    await run.finished;
    const { ppid, env } = agent.record('parent');
    equal(ppid, run.workerPid);
    await until(() => !isAlive(run.workerPid));
    equal(agent.record('parent.post').ppid, run.workerPid);
    equal(agent.record('parent.post').env['VSTS_PROCESS_LOOKUP_ID'], env['VSTS_PROCESS_LOOKUP_ID']);
  });

  it('do not hold a step for long by its streams, but are reported', async () => {
    const report = await agent.run({ steps: [probe({ action: 'hold' })] });
    const [step] = report.steps;
    equal(step?.streamsHeldOpen, true);
    // What holds them never lets go by itself.
    ok(step.durationMs >= 300 && step.durationMs < 15_000);
    equal(report.orphansKilled.length, 1);
  });

  it('are hunted when the job ends, if they carry its mark', async () => {
    const report = await agent.run({ steps: [probe({ action: 'daemon' })] });
    equal(report.steps[0]?.streamsHeldOpen, false);
    const [orphan] = report.orphansKilled;
    ok(orphan);
    ok(report.log.includes(`Terminate orphan process: pid (${orphan.pid}) (${orphan.name})`));
    equal(report.lingering.processes[0]?.pid, orphan.pid);
    await until(() => !isAlive(orphan.pid));
  });

  it('show which ports they listen on', async () => {
    const record = agent.path('listener');
    const report = await agent.run({
      steps: [
        probe({ action: 'daemon', record }),
        { script: `until [ -e '${record}.listening' ]; do sleep 0.05; done` },
      ],
    });
    const [port] = report.lingering.ports;
    equal(port?.address, '127.0.0.1');
    equal(port.pid, report.orphansKilled[0]?.pid);
  });

  it('escape the hunt without the mark, on macOS, or when the pipeline says so', async () => {
    const stowaway = await agent.run({ steps: [probe({ action: 'stowaway' })] });
    deepEqual(stowaway.orphansKilled, []);
    const mac = new TestAgent({ macOs: true });
    const hidden = await mac.run({ steps: [probe({ action: 'daemon' })] });
    deepEqual(hidden.orphansKilled, []);
    equal(hidden.lingering.processes.length, 1);
    const unclean = await agent.run(
      { steps: [probe({ action: 'daemon', record: agent.path('unclean') })] },
      { variables: { 'process.clean': 'false' } },
    );
    equal(agent.record('unclean').env['VSTS_PROCESS_LOOKUP_ID'], undefined);
    ok(!unclean.log.includes('orphan'));
    mac.dispose();
  });

  it('end by a signal when their time is over, and the job fails', async () => {
    const report = await agent.run({
      steps: [
        // Its post-job part has as much, and takes less.
        probe({ action: 'hang' }, { timeoutInMinutes: 0.1 }),
        { script: 'echo never' },
        { script: 'echo after failure', condition: 'failed()' },
      ],
    });
    equal(report.result, 'Failed');
    match(report.log, /##\[error\]The task has timed out\./);
    deepEqual(
      report.steps.map(({ phase, result }) => `${phase} ${result}`),
      ['main Failed', 'main Skipped', 'main Succeeded', 'post Succeeded'],
    );
  });

  it('hear SIGINT, then SIGTERM, then nothing any more', async () => {
    const times = { sigintMs: 2_000, sigtermMs: 2_000, streamsMs: 300, retryUnitMs: 10 };
    const patient = new TestAgent({ times });
    const run = await patient.startUntil({ steps: [probe({ action: 'stubborn' })] }, 'hanging');
    run.cancel();
    const report = await run.finished;
    patient.dispose();
    equal(report.result, 'Canceled');
    const { lines = [], durationMs = 0 } = report.steps[0] ?? {};
    deepEqual(
      lines.filter((line) => line.startsWith('SIG')),
      ['SIGINT', 'SIGTERM'],
    );
    ok(durationMs >= times.sigintMs + times.sigtermMs);
    // Each line has its time.
    const { linesAtMs = [] } = report.steps[0] ?? {};
    equal(linesAtMs.length, lines.length);
    const [int = 0, term = 0] = ['SIGINT', 'SIGTERM'].map((name) => linesAtMs[lines.indexOf(name)]);
    ok(term - int > times.sigintMs / 2 && term <= durationMs, `${int} ${term} ${durationMs}`);
    match(report.log, /The Operation will be canceled/);
    equal(report.steps.at(-1)?.lines.includes('post of Probe, status Canceled'), true);
  });

  it('are let be by a cancelled job where their condition still holds', async () => {
    const told = agent.path('told');
    const waiting = `echo waiting; until [ -e '${told}' ]; do sleep 0.05; done; sleep 2; echo finished`;
    const run = await agent.startUntil(
      {
        steps: [
          { script: waiting, condition: 'always()' },
          { script: 'echo never' },
          { script: 'echo on cancel', condition: 'canceled()' },
        ],
      },
      'waiting',
    );
    run.cancel();
    writeFileSync(told, '');
    const report = await run.finished;
    equal(report.result, 'Canceled');
    deepEqual(
      report.steps.map(({ result }) => result),
      ['Succeeded', 'Skipped', 'Succeeded'],
    );
    ok(report.log.includes('finished'));
  });

  it('outlive a worker that is killed, and so does the temp folder', async () => {
    const run = await agent.startUntil(
      {
        steps: [
          probe({ action: 'daemon' }),
          { script: 'echo hi > $(Agent.TempDirectory)/f; echo ready; sleep 60' },
        ],
      },
      'ready',
    );
    run.killWorker();
    const report = await run.finished;
    equal(report.result, 'Abandoned');
    equal(report.steps.length, 1);
    ok(report.log.includes('ready'));
    ok(existsSync(join(run.workFolder, '_temp', 'f')));
    const next = await agent.run({ steps: [{ script: 'ls -A $(Agent.TempDirectory)' }] });
    ok(!next.log.split('\n').includes('f'));
  });

  it('may be left behind by a task that says it is done', async () => {
    const report = await agent.run({
      steps: [probe({ action: 'hang', lines: '##vso[task.complete result=Succeeded;done=true]' })],
    });
    equal(report.steps[0]?.result, 'Succeeded');
    equal(report.orphansKilled.length, 1);
  });

  it('leave files that are listed, then wiped', async () => {
    const run = agent.start({
      steps: [
        {
          bash: [
            'umask 077',
            'mkdir "$AGENT_TEMPDIRECTORY/d"',
            'echo secret > "$AGENT_TEMPDIRECTORY/d/f"',
            'touch "$AGENT_WORKFOLDER/.taskkey"',
          ].join('\n'),
        },
      ],
    });
    const report = await run.finished;
    const file = report.left.find(({ path }) => path === 'd/f');
    deepEqual(file, { path: 'd/f', mode: 0o600, content: 'secret\n' });
    deepEqual(readdirSync(join(run.workFolder, '_temp')), []);
    ok(!existsSync(join(run.workFolder, '.taskkey')));
  });

  it('of two agents on one machine do not meet', async () => {
    const second = new TestAgent();
    const pipeline = (name: string): object => ({
      steps: [
        probe({ action: 'daemon' }),
        { script: `echo ${name} > $(Agent.TempDirectory)/name; sleep 0.4` },
      ],
    });
    const [one, two] = await Promise.all([agent.run(pipeline('one')), second.run(pipeline('two'))]);
    equal(one.orphansKilled.length, 1);
    equal(two.orphansKilled.length, 1);
    equal(one.left.find(({ path }) => path === 'name')?.content, 'one\n');
    equal(two.left.find(({ path }) => path === 'name')?.content, 'two\n');
    second.dispose();
  });

  it('find a script as a file of the temp folder', async () => {
    const report = await agent.run({ steps: [{ script: 'echo "$0"; exit 3' }] });
    equal(report.result, 'Failed');
    match(report.log, /_temp\/[0-9a-f-]{36}\.sh/);
    match(report.log, /Bash exited with code '3'/);
  });
});
