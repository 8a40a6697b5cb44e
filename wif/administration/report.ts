import { oneLine } from '../../src/errors.ts';
import { isFederated, isForAzureDevOps, type Connection } from './connection.ts';
import type { MoveOutcome } from './issuer-move.ts';
import { issuerKind, issuerRetirement, issuerRetires } from './issuer.ts';
import { conversion, isForeign, reasonText, type Verdict } from './operation.ts';
import type { Outcome } from './outcome.ts';
import type { Tenancy } from './tenancy.ts';

/** A row of a report: for programs by its names, for people under its titles. */
export type Row = Readonly<Record<string, string | boolean>>;

/** A report: each column with its title for people; without one it is for programs only. */
export interface Report {
  readonly columns: readonly (readonly [key: string, title: string | undefined])[];
  readonly rows: readonly Row[];
}

/** What is known beside the connections themselves; absent where nobody asked. */
export interface Beside {
  readonly lastUses?: ReadonlyMap<string, string | undefined>;
  /** By client ID. */
  readonly tenancies?: ReadonlyMap<string, Tenancy>;
}

/** What there is, and what `convert` could do with it. */
export function connectionReport(
  connections: readonly Connection[],
  beside: Beside,
  now: Date,
): Report {
  const { lastUses } = beside;
  return {
    columns: [
      ['project', 'Project'],
      ['name', 'Connection'],
      ['id', undefined],
      ['type', undefined],
      ...(connections.some(isForAzureDevOps) ? ([['signsInTo', 'Signs in to']] as const) : []),
      ['scheme', 'Scheme'],
      ['clientId', 'Client ID'],
      ['tenantId', undefined],
      ['subscriptionId', undefined],
      ['creation', 'Created'],
      ['issuerKind', 'Issuer'],
      ['issuer', undefined],
      ['issuerRetiresOn', 'Retires'],
      ['isShared', undefined],
      ['sharing', 'Shared'],
      ['isDisabled', undefined],
      ...(lastUses === undefined ? [] : ([['lastUsedOn', 'Last used']] as const)),
      ['canConvert', undefined],
      ['convert', 'Convert'],
      ['reason', undefined],
    ],
    rows: connections.map((connection) => ({
      ...connectionRow(connection, beside, now),
      ...(lastUses === undefined ? {} : { lastUsedOn: lastUses.get(connection.id) ?? '' }),
    })),
  };
}

/** Whether the issuer of a connection stays, because its app registration is for several tenants. */
export function keepsIssuer(connection: Connection, { tenancies }: Beside): boolean {
  const tenancy = tenancies?.get(connection.clientId?.toLowerCase() ?? '');
  return issuerRetires(connection) && tenancy === 'several';
}

function verdictOf(connection: Connection, beside: Beside, now: Date): Verdict {
  return keepsIssuer(connection, beside)
    ? { can: false, reason: 'issuer-stays' }
    : conversion.verdict(connection, now);
}

function connectionRow(connection: Connection, beside: Beside, now: Date): Row {
  const { id, name, project, home, sharedWith, type, scheme, creation } = connection;
  const verdict = verdictOf(connection, beside, now);
  const isShared = isForeign(connection) || sharedWith.length > 0;
  return {
    project: project.name,
    name,
    id,
    type,
    signsInTo: isForAzureDevOps(connection) ? 'Azure DevOps' : type === 'azurerm' ? 'Azure' : type,
    scheme,
    clientId: connection.clientId ?? '',
    tenantId: connection.tenantId ?? '',
    subscriptionId: connection.subscriptionId ?? '',
    creation,
    issuerKind: isFederated(connection) ? issuerKind(connection) : '',
    issuer: connection.issuer ?? '',
    issuerRetiresOn:
      issuerRetires(connection) && !keepsIssuer(connection, beside) ? issuerRetirement : '',
    isShared,
    sharing: isForeign(connection)
      ? `from ${home.name}`
      : isShared
        ? `with ${sharedWith.join(', ')}`
        : '',
    isDisabled: connection.isDisabled,
    canConvert: verdict.can,
    convert: verdict.can ? 'yes' : reasonText(verdict.reason, connection),
    reason: verdict.can ? '' : verdict.reason,
  };
}

/** What became of each connection. */
export function outcomeReport(outcomes: readonly Outcome[]): Report {
  return {
    columns: [
      ['project', 'Project'],
      ['name', 'Connection'],
      ['id', undefined],
      ['result', 'Result'],
      ['by', 'By'],
      ['reason', undefined],
      ['detail', 'Reason'],
    ],
    rows: outcomes.map(({ connection, result, by, reason, detail }) => ({
      project: connection.project.name,
      name: connection.name,
      id: connection.id,
      result,
      by,
      reason,
      detail,
    })),
  };
}

/** What became of the issuer of each connection. */
export function moveReport(outcomes: readonly MoveOutcome[]): Report {
  return {
    columns: [
      ['project', 'Project'],
      ['name', 'Connection'],
      ['id', undefined],
      ['result', 'Result'],
      ['by', 'By'],
      ['reason', undefined],
      ['detail', 'Reason'],
      ['command', undefined],
    ],
    rows: outcomes.map(({ connection: { project, name, id }, ...rest }) => ({
      project: project.name,
      name,
      id,
      ...rest,
    })),
  };
}

/** How many there are of each, in the order in which they first come. */
export function counted(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** So many connections, in words. */
export function counting(count: number): string {
  return `${count} service connection${count === 1 ? '' : 's'}`;
}

/** The sum of a run; its results add up to the total. */
export interface Summary {
  readonly total: number;
  readonly results: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
}

export function summaryOf(outcomes: readonly Outcome[]): Summary {
  return {
    total: outcomes.length,
    results: counted(outcomes.map(({ result }) => result)),
    skipped: counted(
      outcomes.filter(({ result }) => result === 'skipped').map(({ reason }) => reason),
    ),
  };
}

/**
 * Comma-separated values (RFC 4180). A name that a spreadsheet would run as a formula is written
 * with a quote in front.
 */
export function csvLines({ columns, rows }: Report): readonly string[] {
  const keys = columns.map(([key]) => key);
  const lines = [keys, ...rows.map((row) => keys.map((key) => String(row[key] ?? '')))];
  return lines.map((cells) => cells.map(csvCell).join(','));
}

function csvCell(text: string): string {
  const line = oneLine(text);
  const harmless = /^[=+\-@]/.test(line) ? `'${line}` : line;
  // A semicolon separates cells where the comma is the decimal sign.
  return /[",;|\t\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** The rows under their names, for programs. */
export function records({ columns, rows }: Report): readonly Row[] {
  const keys = columns.map(([key]) => key);
  return rows.map((row) => Object.fromEntries(keys.map((key) => [key, row[key] ?? ''])));
}

/** The cells for people: only columns that have a title and anything in them. */
export function cells({ columns, rows }: Report): {
  readonly head: readonly string[];
  readonly body: readonly (readonly string[])[];
} {
  const shown = columns.flatMap(([key, title]) =>
    title !== undefined && rows.some((row) => (row[key] ?? '') !== '') ? [{ key, title }] : [],
  );
  return {
    head: shown.map(({ title }) => title),
    body: rows.map((row) => shown.map(({ key }) => oneLine(String(row[key] ?? '')))),
  };
}
