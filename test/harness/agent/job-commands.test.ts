import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { JobReport } from './contract.ts';
import { TestAgent, azure } from './test-agent.ts';

describe('logging commands', () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  /** Runs a probe that prints the lines, and a second one that records what it sees. */
  const print = (
    lines: readonly string[],
    more: object = {},
    variables: Record<string, string> = {},
  ): Promise<JobReport> =>
    agent.run(
      {
        steps: [
          { task: 'Probe@1', name: 'one', inputs: { lines: '$(text)' }, ...more },
          { task: 'Probe@1', inputs: { record: agent.path('later') }, condition: 'always()' },
        ],
      },
      { variables: { text: lines.join('\n'), ...variables } },
    );

  it('set variables for later steps', async () => {
    const report = await print([
      '##vso[task.setvariable variable=plain.name]value',
      'before ##vso[task.setvariable variable=key;issecret=true]hush-hush',
      '##vso[task.setvariable variable=TF_VAR_Mixed;preservecase=true]kept',
      '##vso[task.setvariable variable=answer;isoutput=true]42',
      '##vso[task.setvariable variable=open; issecret=true]readable',
      '##vso[task.prependpath]/opt/first',
      '##vso[task.prependpath]/opt/second',
      'hush-hush readable',
    ]);
    equal(report.result, 'Succeeded', report.log);
    const { env } = agent.record('later');
    equal(env['PLAIN_NAME'], 'value');
    equal(env['SECRET_KEY'], 'hush-hush');
    equal(env['TF_VAR_Mixed'], 'kept');
    equal(env['ONE_ANSWER'], '42');
    equal(env['ANSWER'], undefined);
    equal(env['OPEN'], 'readable');
    ok(env['PATH']?.startsWith('/opt/second:/opt/first:/'));
    deepEqual(report.outputs, { 'one.answer': { value: '42', secret: false } });
    deepEqual(report.variables['key'], { value: 'hush-hush', secret: true });
    ok(report.steps[0]?.lines.includes('*** readable'));
    ok(report.steps[0]?.rawLines.includes('hush-hush readable'));
    ok(!report.log.includes('##vso'));
    ok(report.rawLog.includes('##vso[task.setvariable variable=plain.name]value'));
  });

  it('are read from standard error too', async () => {
    const report = await agent.run({
      steps: [{ script: 'echo "##vso[task.setvariable variable=a]1" >&2' }],
    });
    equal(report.variables['a']?.value, '1');
  });

  for (const [line, message] of [
    ['##vso[task.setvariable]x', /Required field 'variable'/],
    ['##vso[task.setvariable variable=a;issecret=true]x%0Ay', /multiple lines/],
    ['##vso[task.settaskvariable variable=a;issecret=true]x%0Ay', /multiple lines/],
    ['##vso[task.setvariable variable=Agent.TempDirectory]/evil', /not permitted/],
    ['##vso[task.nonsense]x', /not a recognized command/],
    ['##vso[task.complete result=Maybe]x', /valid result/],
    ['##vso[task.logissue type=loud]x', /not a valid issue type/],
    ['##vso[task.uploadsummary]/nowhere/at/all', /ENOENT/],
    [
      '##vso[task.setendpoint id=00000000-0000-0000-0000-000000000001;field=url]https://x',
      /cannot be set/,
    ],
  ] as const) {
    it(`fail the step: ${line}`, async () => {
      const report = await print([line]);
      equal(report.steps[0]?.result, 'Failed');
      match(report.log, /##\[error\]Unable to process command/);
      match(report.log, message);
    });
  }

  it('do not fail the step when only unknown or malformed', async () => {
    const report = await print([
      '##vso[nobody.knows]swallowed',
      '##vso[malformed]printed',
      '##vso[task.setsecret]one%0Atwo',
      '##vso[task.setsecret]',
      '##vso[task.setvariable variable=System.OidcRequestUri]https://evil/',
      '##vso[telemetry.publish area=a;feature=b]{}',
      'one',
    ]);
    equal(report.result, 'Succeeded', report.log);
    const { lines = [], issues = [] } = report.steps[0] ?? {};
    deepEqual(
      issues.map(({ type }) => type),
      ['warning', 'warning'],
    );
    ok(!lines.some((line) => line.includes('swallowed')));
    ok(lines.includes('##vso[malformed]printed'));
    ok(lines.includes('one'));
    equal(report.variables['system.oidcRequestUri'], undefined);
    equal(report.variables['System.OidcRequestUri']?.value, 'https://evil/');
  });

  it('decide the result: the worst wins', async () => {
    const report = await print([
      '##vso[task.complete result=Failed]bad',
      '##vso[task.complete result=Succeeded]good',
    ]);
    equal(report.steps[0]?.result, 'Failed');
    equal(report.result, 'Failed');
  });

  it('keep ten issues of a kind, and log them all', async () => {
    const report = await print(
      Array.from({ length: 12 }, (_, index) => `##vso[task.logissue type=error]number ${index}`),
    );
    equal(report.steps[0]?.issues.length, 10);
    ok(report.log.includes('##[error]number 11'));
    equal(report.result, 'Succeeded');
  });

  it('keep a secret secret, masked from the moment of the command', async () => {
    const report = await print([
      'early-bird',
      '##vso[task.setsecret]early-bird',
      'early-bird early%2Dbird ZWFybHktYmlyZA==',
      '##vso[task.setvariable variable=system.accessToken2;issecret=true]a%3Bb',
      'a;b a%3Bb',
    ]);
    const { lines = [] } = report.steps[0] ?? {};
    deepEqual(lines.slice(-4, -1), ['early-bird', '*** early%2Dbird ZWFybHktYmlyZA==', '*** ***']);
  });

  it('show what was processed when debugging, masked by then', async () => {
    const lines = [
      '##vso[task.setsecret]hush-hush',
      '##vso[task.debug]a detail',
      '##vso[task.setvariable variable=x]%AZP25',
    ];
    const loud = await print(lines, {}, { 'system.debug': 'true' });
    ok(loud.log.includes('##[debug]Processed: ##vso[task.setsecret]***'));
    ok(loud.log.includes('##[debug]a detail'));
    ok(loud.log.includes('##[debug]Processed: ##vso[task.setvariable variable=x]%'));
    ok(!loud.log.includes('Processed: ##vso[task.debug]'));
    ok(!(await print(lines)).log.includes('##[debug]'));
  });

  it('change an endpoint for later steps', async () => {
    const report = await agent.run(
      {
        steps: [
          { task: 'Probe@1', inputs: { lines: '$(text)' } },
          { task: 'Probe@1', inputs: { connection: azure.id, record: agent.path('endpoint') } },
        ],
      },
      {
        variables: {
          text: `##vso[task.setendpoint id=${azure.id};field=authParameter;key=idToken]the-id-token\nthe-id-token`,
        },
      },
    );
    const key = `ENDPOINT_AUTH_PARAMETER_${azure.id.toLowerCase()}_IDTOKEN`;
    equal(agent.record('endpoint').env[key], 'the-id-token');
    ok(!report.log.includes('the-id-token'));
  });

  it('upload summaries and attachments', async () => {
    writeFileSync(agent.path('summary.md'), '# Done');
    const report = await print([
      `##vso[task.uploadsummary]${agent.path('summary.md')}`,
      `##vso[task.addattachment type=report;name=mine]${agent.path('summary.md')}`,
    ]);
    deepEqual(report.summaries, ['# Done']);
    const [{ step, ...attachment } = { step: undefined }] = report.attachments;
    deepEqual(attachment, { type: 'report', name: 'mine', text: '# Done' });
    notEqual(step, undefined);
  });

  it('upload an attachment as it is when the job ends, if it is still there', async () => {
    for (const name of ['kept.json', 'gone.json']) writeFileSync(agent.path(name), 'early');
    const attach = (name: string): string =>
      `##vso[task.addattachment type=t;name=${name}]${agent.path(`${name}.json`)}`;
    const report = await agent.run({
      steps: [
        { script: `echo "${attach('kept')}"; echo "${attach('gone')}"` },
        { script: `echo late > ${agent.path('kept.json')}; rm ${agent.path('gone.json')}` },
      ],
    });
    deepEqual(
      report.attachments.map(({ name, text }) => [name, text]),
      [['kept', 'late\n']],
    );
  });

  it('fail the step for the name of an attachment that no file could have', async () => {
    writeFileSync(agent.path('a.json'), '{}');
    const report = await print([
      `##vso[task.addattachment type=t;name=a/b]${agent.path('a.json')}`,
    ]);
    deepEqual([report.result, report.attachments], ['Failed', []]);
  });

  it('obey the restrictions of the step', async () => {
    const lines = [
      '##vso[task.setvariable variable=allowed]1',
      '##vso[task.setvariable variable=other]1',
      '##vso[task.prependpath]/opt/evil',
      `##vso[task.uploadsummary]${agent.path('summary.md')}`,
    ];
    const target = { commands: 'restricted', settableVariables: ['allow*'] };
    const report = await print(lines, { target });
    equal(report.result, 'Succeeded');
    equal(report.variables['allowed']?.value, '1');
    equal(report.variables['other'], undefined);
    deepEqual(report.summaries, []);
    equal(report.steps[0]?.issues.length, 3);
    const none = await print(lines, { target: { settableVariables: 'none' } });
    equal(none.variables['allowed'], undefined);
  });

  it('obey the restrictions and declared outputs of the task', async () => {
    agent.addTask('Bounded', {
      restrictions: { settableVariables: { allowed: ['ok', 'out'] } },
      outputVariables: [{ name: 'out' }],
    });
    const report = await agent.run(
      { steps: [{ task: 'Bounded@1', name: 'b', inputs: { lines: '$(text)' } }] },
      {
        variables: {
          text: ['ok', 'out', 'no']
            .map((name) => `##vso[task.setvariable variable=${name}]1`)
            .join('\n'),
        },
      },
    );
    equal(report.variables['ok']?.value, '1');
    equal(report.variables['out'], undefined);
    equal(report.outputs['b.out']?.value, '1');
    equal(report.variables['no'], undefined);
  });
});
