import { type BrokerReport, type ConnectionReport } from '../wire/report.ts';
import { lastWordsLines } from './last-words.ts';

/** The report of the job as lines of its log. */
export function reportLines(report: BrokerReport): readonly string[] {
  return [
    `The broker kept ${count(report.connections.length, 'service connection')} signed in for ${duration(report)}.`,
    ...report.connections.flatMap((connection) => [
      `${connection.name}: ${work(connection)}; ${service(connection)}.`,
      ...azureCli(connection),
      ...trouble(connection),
      ...(connection.unforeseen ?? []).map((line) => `  ${line}`),
    ]),
    ...(report.unforeseen ?? []).flatMap(lastWordsLines),
  ];
}

/**
 * The same as a run summary in Markdown, one small table for each connection.
 * @param unused what was set up and never asked for.
 */
export function reportMarkdown(report: BrokerReport, unused: readonly string[]): string {
  return [
    `### Workload identity: signed in for ${duration(report)}`,
    ...report.connections.flatMap(connectionMarkdown),
    ...unused.flatMap((line) => ['', cell(line)]),
    '',
  ].join('\n');
}

function connectionMarkdown(connection: ConnectionReport): readonly string[] {
  const rows: readonly (readonly [string, string])[] = [
    ['ID tokens from Azure DevOps', String(connection.idTokens)],
    ['Access tokens from Entra', String(connection.accessTokens)],
    ['Requests that failed and were repeated', String(connection.failedRequests)],
    ...Object.entries(connection.served).map(([kind, answers]): [string, string] => [
      `Answers to ${kind}`,
      String(answers),
    ]),
    ['Answers that reported a failure', String(connection.refusedAnswers)],
    ['Longest wait of a client', `${connection.longestWaitMs} ms`],
  ];
  return [
    '',
    `**${cell(connection.name)}**`,
    '',
    '| what | how many |',
    '| --- | --- |',
    ...rows.map(([what, value]) => `| ${cell(what)} | ${value} |`),
    ...[...azureCli(connection), ...trouble(connection)].flatMap((line) => ['', cell(line)]),
  ];
}

function work({ idTokens, accessTokens, failedRequests }: ConnectionReport): string {
  return [
    count(idTokens, 'ID token'),
    count(accessTokens, 'access token'),
    failedRequests === 0
      ? 'no failed request'
      : `${count(failedRequests, 'failed request')}, repeated`,
  ].join(', ');
}

function service({ served, refusedAnswers, longestWaitMs }: ConnectionReport): string {
  const kinds = Object.entries(served).map(([kind, answers]) => `${answers} to ${kind}`);
  if (kinds.length === 0) return 'tools read the token file only';
  const refusals = refusedAnswers === 0 ? '' : `, ${refusedAnswers} of them reported a failure`;
  return `answers served: ${kinds.join(', ')}${refusals} (longest wait ${longestWaitMs} ms)`;
}

function azureCli({ name, azureCli: report }: ConnectionReport): readonly string[] {
  if (report === undefined) return [];
  const { profiles, idTokens, accessTokens, putBack, notKept } = report;
  const kept =
    profiles === 0
      ? []
      : [
          `${name}: kept ${count(profiles, 'sign-in')} of Azure CLI or kubelogin fresh (${count(idTokens, 'ID token')} and ${count(accessTokens, 'access token')} replaced).`,
        ];
  const back =
    putBack === 0
      ? []
      : [
          `${name}: put the session of Azure CLI back ${times(putBack)}, after a task had cleared it.`,
        ];
  const reasons = Object.entries(notKept).flatMap(([why, number]) =>
    number === 0 ? [] : [`${name}: ${notKeptReasons[why as keyof typeof notKept](number)}`],
  );
  return [...kept, ...back, ...reasons];
}

/** Why a profile of another task ends with its own tokens. */
const notKeptReasons: Readonly<
  Record<keyof NonNullable<ConnectionReport['azureCli']>['notKept'], (number: number) => string>
> = {
  encrypted: (number) =>
    `${count(number, 'profile')} of Azure CLI ${number === 1 ? 'is' : 'are'} encrypted, so the tokens there end as they are; the job variable AZURE_CORE_ENCRYPT_TOKEN_CACHE=false has them kept, in plain files.`,
  locked: (number) =>
    `in ${count(number, 'profile')} of Azure CLI a lock of another program was in the way.`,
  failed: (number) => `${count(number, 'profile')} of Azure CLI could not be kept at some time.`,
};

function times(number: number): string {
  return number === 1 ? 'once' : `${number} times`;
}

function trouble({ name, lastFailure }: ConnectionReport): readonly string[] {
  if (lastFailure === undefined) return [];
  const { code, message, remedy, on, isOver } = lastFailure;
  const end = isOver ? 'It passed.' : `It had not passed when the job ended. ${remedy}`;
  return [`${name}: last trouble at ${on} (${code}): ${message} ${end}`];
}

function duration({ startedOn, endedOn }: BrokerReport): string {
  const seconds = Math.round((Date.parse(endedOn) - Date.parse(startedOn)) / 1_000);
  if (seconds < 120) return count(seconds, 'second');
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? count(minutes, 'minute') : `${(minutes / 60).toFixed(1)} hours`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Text inside a Markdown table or paragraph: no column, no line, no markup of its own. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[|<>`*_[\]\\]/g, (mark) => `\\${mark}`);
}
