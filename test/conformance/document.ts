import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { markdownTable, tableIn, withTable, type TableMarks } from '../support/page-table.ts';
import { systemsTable } from '../windows/table.ts';
import { shortLives } from './clients.ts';
import type { MachineOutcome } from './machines.ts';
import { otherCloudLives } from './other-cloud-clients.ts';
import type { Outcome } from './outcome.ts';
import { ownFile, repository } from './paths.ts';
import { serverRefusals } from './refusal-words.ts';
import type { RefusalOutcome } from './refusals.ts';
import { haste, hasteLives, type SideBySide } from './side-by-side.ts';
import type { ServerOutcome } from './validators.ts';

const file = join(repository, 'docs', 'CONFORMANCE.md');

/** The rows with containers: where no engine could be had, those of the last run stay. */
const containersTable: TableMarks = {
  begin: '<!-- containers: written where there is an engine for them -->',
  end: '<!-- end of containers -->',
};

/** All that a run found. */
export interface Findings {
  readonly outcomes: readonly Outcome[];
  readonly sideBySide: SideBySide;
  readonly machines: readonly MachineOutcome[];
  readonly refusals: readonly RefusalOutcome[];
  readonly servers: readonly ServerOutcome[];
}

/** Fills the template with the figures of a run, and puts the page among the documents. */
export async function writeDocument(findings: Findings): Promise<void> {
  const { outcomes, sideBySide, machines, refusals, servers } = findings;
  const inContainers = outcomes.filter(({ client }) => client.inContainers === true);
  const onMachine = outcomes.filter((outcome) => !inContainers.includes(outcome));
  const inOtherClouds = onMachine.filter(({ client }) => client.exchange !== undefined);
  const inAzure = onMachine.filter((outcome) => !inOtherClouds.includes(outcome));
  const values: Readonly<Record<string, string>> = {
    idTokenSeconds: String(shortLives.idTokenSeconds),
    accessTokenSeconds: String(shortLives.accessTokenSeconds),
    rows: String(onMachine.length),
    outliving: String(onMachine.filter(({ outlives }) => outlives).length),
    clients: clientTable(inAzure),
    otherClouds: clientTable(inOtherClouds, 'exchanges with that cloud'),
    otherCloudIdTokenSeconds: String(otherCloudLives.idTokenSeconds),
    otherCloudSessionSeconds: String(otherCloudLives.accessTokenSeconds),
    refusals: refusalTable(refusals),
    servers: serverTable(servers),
    jobSeconds: String(sideBySide.durationSeconds),
    haste: String(haste),
    hasteIdTokenSeconds: String(hasteLives.idTokenSeconds),
    hasteAccessTokenSeconds: String(hasteLives.accessTokenSeconds),
    traffic: trafficTable(sideBySide),
    machines: machineTable(machines),
    answers: answersTable(sideBySide),
    figures: figuresTable(sideBySide),
  };
  const template = readFileSync(ownFile('CONFORMANCE.template.md'), 'utf8');
  const text = template.replace(/\{\{(\w+)\}\}/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The template asks for ${name}.`);
    return value;
  });
  const old = readFileSync(file, 'utf8');
  const containers =
    inContainers.length > 0 ? containerTable(inContainers) : tableIn(old, containersTable);
  const page = withTable(
    withTable(text, systemsTable, tableIn(old, systemsTable)),
    containersTable,
    containers,
  );
  writeFileSync(file, await format(page, { parser: 'markdown', printWidth: 100 }));
}

function clientTable(outcomes: readonly Outcome[], exchanges = 'exchanges with Entra'): string {
  return markdownTable(
    [
      'client',
      'signed in by',
      'version',
      'mechanism that it used',
      'ID tokens asked of Azure DevOps',
      exchanges,
      'granted before / after expiry',
      'outlives its tokens',
    ],
    outcomes.map(({ client, mechanism, evidence, outlives }) => [
      client.name,
      client.how,
      client.version,
      mechanism,
      evidence.idTokenRequests,
      evidence.exchanges,
      `${evidence.before} / ${evidence.after}`,
      client.expires === true ? 'no, and is not meant to' : outlives ? 'yes' : '**no**',
    ]),
  );
}

function containerTable(outcomes: readonly Outcome[]): string {
  return markdownTable(
    ['where', 'mechanism that it used', 'granted before / after expiry', 'outlives its tokens'],
    outcomes.map(({ client, mechanism, evidence, outlives }) => [
      client.how,
      mechanism,
      `${evidence.before} / ${evidence.after}`,
      client.expires === true ? 'no: the first token stays' : outlives ? 'yes' : '**no**',
    ]),
  );
}

function machineTable(machines: readonly MachineOutcome[]): string {
  return markdownTable(
    ['machine', 'who asked it before our step', 'after it', 'granted to the service connection'],
    machines.map(({ machine, before, after, granted }) => [
      machine,
      before.join(', '),
      after.length === 0 ? 'nobody' : `**${after.join(', ')}**`,
      granted,
    ]),
  );
}

function trafficTable({ traffic }: SideBySide): string {
  return markdownTable(
    [
      'connection',
      'clients',
      'ID tokens asked of Azure DevOps',
      'without the broker',
      'exchanges with Entra',
      'without the broker',
    ],
    traffic.map((one) => [
      one.connection,
      one.clients,
      one.idTokenRequests,
      one.withoutIdTokenRequests,
      one.exchanges,
      one.withoutExchanges,
    ]),
  );
}

function refusalTable(refusals: readonly RefusalOutcome[]): string {
  return markdownTable(
    ['refused', 'programs', 'by Google Cloud, with', 'by AWS, with'],
    refusals.map(({ title, programs, words }) => [title, programs, words.google, words.aws]),
  );
}

function serverTable(servers: readonly ServerOutcome[]): string {
  return markdownTable(
    [
      'server',
      'its code',
      'logins before / after expiry',
      'ID tokens taken',
      'another audience',
      'another subject',
      'an expired token',
    ],
    servers.map(({ server, code, before, after, tokens }) => {
      const { audience, subject, expired } = serverRefusals[server];
      return [
        serverTitles[server],
        code,
        `${before} / ${after}`,
        tokens,
        audience,
        subject,
        expired,
      ];
    }),
  );
}

const serverTitles = { vault: 'HashiCorp Vault', kubernetes: 'Kubernetes' } as const;

function answersTable({ answers }: SideBySide): string {
  return markdownTable(['the broker answered', 'times'], [...answers]);
}

function figuresTable(result: SideBySide): string {
  return markdownTable(
    ['what', 'how many'],
    [
      ['requests that Azure granted', result.grants],
      ['sign-in failures', result.failures],
      ['credentials issued, and looked for', result.credentials],
      ['processes whose arguments and environment were looked at', result.processes],
      ['credentials found where they must not be', result.leaks],
    ],
  );
}

/** The table of a run for a terminal. */
export function terminalTable(outcomes: readonly Outcome[]): string {
  const rows = [
    ['client', 'signed in by', 'version', 'mechanism', 'upstream', 'before/after', 'outlives'],
    ...outcomes.map(({ client, mechanism, evidence, outlives }) => [
      client.name,
      client.how,
      client.version,
      mechanism,
      `${evidence.idTokenRequests} + ${evidence.exchanges}`,
      `${evidence.before}/${evidence.after}`,
      outlives ? 'yes' : client.expires === true ? 'no, rightly' : 'NO',
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
