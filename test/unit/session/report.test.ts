import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { reportLines, reportMarkdown } from '../../../src/session/report.ts';
import { type BrokerReport, type ConnectionReport } from '../../../src/wire/report.ts';
import { later, minutes, noon, seconds } from '../../support/builders.ts';

function aConnection(changes: Partial<ConnectionReport> = {}): ConnectionReport {
  return {
    name: 'production',
    idTokens: 31,
    accessTokens: 2,
    failedRequests: 0,
    served: { 'Azure CLI': 4 },
    refusedAnswers: 0,
    longestWaitMs: 120,
    ...changes,
  };
}

function aReport(lastedMs: number, ...connections: readonly ConnectionReport[]): BrokerReport {
  return {
    brokerId: 'x',
    startedOn: noon.toISOString(),
    endedOn: later(lastedMs).toISOString(),
    connections,
  };
}

const lastFailure = {
  code: 'DEVOPS_UNAVAILABLE',
  message: 'Azure DevOps was away.',
  remedy: 'Run the job again.',
  on: noon.toISOString(),
  isOver: true,
} as const;

describe('the report in the log', () => {
  it('tells in plain words what was done', () => {
    deepEqual(reportLines(aReport(minutes(61), aConnection())), [
      'The broker kept 1 service connection signed in for 61 minutes.',
      'production: 31 ID tokens, 2 access tokens, no failed request; answers served: 4 to Azure CLI (longest wait 120 ms).',
    ]);
  });

  it('tells of trouble that passed, and of trouble that did not, with its remedy', () => {
    const passed = reportLines(aReport(0, aConnection({ failedRequests: 1, lastFailure })));
    match(passed[1] ?? '', /1 failed request, repeated/);
    equal(
      passed[2],
      `production: last trouble at ${noon.toISOString()} (DEVOPS_UNAVAILABLE): Azure DevOps was away. It passed.`,
    );
    const stays = aConnection({ lastFailure: { ...lastFailure, isOver: false } });
    match(
      reportLines(aReport(0, stays))[2] ?? '',
      /It had not passed when the job ended\. Run the job again\.$/,
    );
  });

  it('tells of refused answers, and where nobody asked at all', () => {
    const [, refused] = reportLines(aReport(0, aConnection({ refusedAnswers: 3 })));
    match(refused ?? '', /4 to Azure CLI, 3 of them reported a failure/);
    const [, silent] = reportLines(aReport(0, aConnection({ served: {} })));
    match(silent ?? '', /tools read the token file only\.$/);
  });

  const durations = [
    [seconds(1), '1 second'],
    [seconds(119), '119 seconds'],
    [seconds(120), '2 minutes'],
    [minutes(119), '119 minutes'],
    [minutes(150), '2.5 hours'],
  ] as const;
  for (const [ms, words] of durations) {
    it(`tells ${ms} ms as ${words}`, () => {
      equal(
        reportLines(aReport(ms))[0],
        `The broker kept 0 service connections signed in for ${words}.`,
      );
    });
  }
});

describe('the report as a summary', () => {
  it('has one small table for each connection', () => {
    const markdown = reportMarkdown(
      aReport(minutes(61), aConnection(), aConnection({ name: 'staging' })),
      [],
    );
    equal(markdown.match(/\| what \| how many \|/g)?.length, 2);
    match(markdown, /^### Workload identity: signed in for 61 minutes\n\n\*\*production\*\*\n/);
    match(markdown, /\n\| Answers to Azure CLI \| 4 \|\n/);
    ok(markdown.endsWith('\n'));
  });

  it('ends with what nobody has asked for', () => {
    const markdown = reportMarkdown(aReport(0, aConnection()), ['production: nobody asked.']);
    ok(markdown.endsWith('\n\nproduction: nobody asked.\n'), markdown);
  });

  it('lets no name become markup, a column or a line', () => {
    const name = 'a|b\n\n# c <img src=x> [d](e) `f` *g*';
    const served = { [name]: 1 };
    const failure = { ...lastFailure, message: name };
    const markdown = reportMarkdown(
      aReport(0, aConnection({ name, served, lastFailure: failure })),
      [name],
    );
    for (const line of markdown.split('\n')) {
      ok(!/^# c|(?<!\\)[<`[]|(?<!\\)\](?!\s*$)/.test(line), line);
    }
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
    for (const row of rows) equal(row.match(/(?<!\\)\|/g)?.length, 3, row);
  });
});
