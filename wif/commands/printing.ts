import type { Finding } from '../administration/findings.ts';
import { cells, csv, records, type Report } from '../administration/report.ts';
import type { OutputForm, Terminal } from './world.ts';

/**
 * Prints a report of connections in the form that was asked for. Programs get everything, under
 * names; people get the columns that hold anything, and the closing lines.
 */
export function printReport(
  report: Report,
  form: OutputForm,
  terminal: Terminal,
  closing: { readonly json: Readonly<Record<string, unknown>>; readonly lines: readonly string[] },
): void {
  if (form === 'csv') {
    terminal.out(csv(report).trimEnd());
  } else if (form === 'json') {
    terminal.out(JSON.stringify({ ...closing.json, connections: records(report) }, null, 2));
  } else {
    const { head, body } = cells(report);
    if (body.length > 0) terminal.out(`${terminal.table(head, body)}\n`);
    for (const line of closing.lines) terminal.out(line);
  }
}

/** Findings for people: a line each, and under it the commands, each on a line of its own. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ state, check, text, commands }) => [
    `${marks[state]}${check}: ${text}`,
    ...commands.map((command) => `           ${command}`),
  ]);
}

const marks: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok       ',
  hint: 'hint     ',
  problem: 'PROBLEM  ',
  unknown: 'UNKNOWN  ',
};
