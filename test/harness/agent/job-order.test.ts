import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { JobReport } from './contract.ts';
import { TestAgent } from './test-agent.ts';

function course(report: JobReport): string[] {
  return report.steps.map(({ name, phase, result }) => `${phase} ${name}: ${result}`);
}

describe("a job's steps", () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  const probe = (name: string, more: object = {}): object => ({ task: 'Probe@1', name, ...more });

  it('are followed by a post-job step for each instance, in reverse, skipped ones too', async () => {
    const report = await agent.run({
      steps: [
        probe('a'),
        probe('b', { inputs: { exitCode: 1 } }),
        probe('c'),
        probe('d', { enabled: false }),
        probe('e', { condition: 'failed()' }),
      ],
    });
    deepEqual(course(report), [
      'main a: Succeeded',
      'main b: Failed',
      'main c: Skipped',
      'main e: Succeeded',
      'post e: Succeeded',
      'post c: Succeeded',
      'post b: Succeeded',
      'post a: Succeeded',
    ]);
    equal(report.result, 'Failed');
    ok(report.log.includes('##[section]Starting: Post-job: Probe'));
  });

  it('run their pre-job parts first', async () => {
    agent.addTask('Early', { prejobexecution: { Node20_1: { target: 'probe-post.mjs' } } });
    const report = await agent.run({ steps: [probe('a'), { task: 'Early@1', name: 'e' }] });
    deepEqual(
      report.steps.map(({ name, phase }) => `${phase} ${name}`),
      ['pre e', 'main a', 'main e', 'post e', 'post a'],
    );
  });

  it('share task variables among their own parts only', async () => {
    const lines = '##vso[task.settaskvariable variable=my.note;issecret=true]kept-note';
    const report = await agent.run({
      steps: [
        probe('a', { inputs: { lines, record: agent.path('a') } }),
        probe('b', { inputs: { record: agent.path('b') } }),
      ],
    });
    equal(agent.record('a.post').env['VSTS_TASKVARIABLE_MY_NOTE'], 'kept-note');
    equal(agent.record('a').env['VSTS_TASKVARIABLE_MY_NOTE'], undefined);
    equal(agent.record('b').env['VSTS_TASKVARIABLE_MY_NOTE'], undefined);
    equal(agent.record('b.post').env['VSTS_TASKVARIABLE_MY_NOTE'], undefined);
    equal(report.variables['my.note'], undefined);
  });

  it('expand the inputs of a post-job part anew', async () => {
    const report = await agent.run({
      variables: { late: 'before' },
      steps: [
        probe('a', { inputs: { postLines: 'late is $(late)' } }),
        { script: 'echo "##vso[task.setvariable variable=late]after"' },
      ],
    });
    ok(report.log.includes('late is after'));
  });

  it('let a failing post-job part fail the job', async () => {
    const report = await agent.run({
      steps: [probe('a', { inputs: { postLines: '##vso[task.complete result=Failed]no' } })],
    });
    equal(report.result, 'Failed');
  });

  it('may fail with leave', async () => {
    const report = await agent.run({
      steps: [
        probe('a', { inputs: { exitCode: 1 }, continueOnError: true }),
        { script: 'echo "status $AGENT_JOBSTATUS"' },
      ],
    });
    equal(report.result, 'SucceededWithIssues');
    ok(report.log.includes('status SucceededWithIssues'));
  });

  it('are tried again with the same task variables', async () => {
    const script = (extra: string): string => `echo tried; ${extra}`;
    const report = await agent.run({
      steps: [
        { script: script('exit 1'), retryCountOnTaskFailure: 2, continueOnError: true },
        { script: script('exit 0'), retryCountOnTaskFailure: 2 },
      ],
    });
    deepEqual(
      report.steps.map(({ attempts }) => attempts),
      [3, 1],
    );
    match(report.log, /will retry \(attempt #: 2 out of 2\)/);
    equal(report.result, 'SucceededWithIssues');
  });

  it('fail for a condition that makes no sense', async () => {
    const report = await agent.run({ steps: [{ script: 'echo never', condition: 'maybe()' }] });
    equal(report.result, 'Failed');
    match(report.log, /Unrecognised function 'maybe'/);
  });

  it('see variables of conditions as they are by then', async () => {
    const report = await agent.run({
      steps: [
        { script: 'echo "##vso[task.setvariable variable=go;isoutput=true]yes"', name: 'first' },
        { script: 'echo going', condition: "and(succeeded(), eq(variables['first.go'], 'yes'))" },
      ],
    });
    equal(report.steps[1]?.result, 'Succeeded');
  });
});
