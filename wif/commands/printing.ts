import type { Finding } from '../administration/findings.ts';
import { cells, csvLines, records, type Report } from '../administration/report.ts';
import type { OutputForm, Terminal } from './world.ts';

/** What closes a report: sums for programs, and lines for people. */
export interface Closing {
  readonly json: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** Prints a report of connections in the form that was asked for. */
export function printReport(
  report: Report,
  form: OutputForm,
  terminal: Terminal,
  closing: Closing,
): void {
  printRows(report, 'connections', form, terminal, closing);
}

/**
 * Prints rows in the form that was asked for. Programs get everything, under names; people get the
 * columns that hold anything, and the closing lines.
 */
export function printRows(
  report: Report,
  name: string,
  form: OutputForm,
  terminal: Terminal,
  closing: Closing,
): void {
  if (form === 'csv') {
    terminal.outCsv(csvLines(report));
  } else if (form === 'json') {
    terminal.outJson({ ...closing.json, [name]: records(report) });
  } else {
    const { head, body } = cells(report);
    if (body.length > 0) {
      terminal.outTable(head, body);
      terminal.out('');
    }
    for (const line of closing.lines) terminal.out(line);
  }
}

/** Findings for people: a line each, and under it the commands, each on a line of its own. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ state, check, text, details, commands }) => [
    `${marks[state]}${check}: ${text}`,
    ...details.map((detail) => `           ${detail}`),
    ...commands.map((command) => `           ${command}`),
  ]);
}

const marks: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok       ',
  hint: 'hint     ',
  problem: 'PROBLEM  ',
  unknown: 'UNKNOWN  ',
};
