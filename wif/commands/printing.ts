import type { Finding } from '../administration/findings.ts';
import { cells, csvLines, records, type Report, type Row } from '../administration/report.ts';
import type { OutputForm, Terminal, Tone } from './world.ts';

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
      terminal.outTable(head, body, report.rows.map(toneOf));
      terminal.out('');
    }
    for (const line of closing.lines) terminal.out(line);
  }
}

/** The words of results and verdicts that say how a row stands; all others say nothing of it. */
const tones: Readonly<Record<string, Tone>> = {
  converted: 'good',
  reverted: 'good',
  moved: 'good',
  nothing: 'good',
  'under way': 'warning',
  'our step': 'warning',
  unknown: 'warning',
  failed: 'bad',
  'not started': 'bad',
  change: 'bad',
  ok: 'good',
  hint: 'good',
  problem: 'bad',
};

function toneOf({ result, verdict, state }: Row): Tone | undefined {
  return tones[String(result ?? verdict ?? state ?? '')];
}

/** Findings for people: a line each, and under it the commands, each on a line of its own. */
export function printFindings(findings: readonly Finding[], terminal: Terminal): void {
  for (const { state, check, text, details, commands } of findings) {
    const { mark, tone } = marks[state];
    terminal.out(`${mark}${check}: ${text}`, tone);
    for (const line of [...details, ...commands]) terminal.out(`           ${line}`);
  }
}

const marks: Readonly<Record<Finding['state'], { readonly mark: string; readonly tone: Tone }>> = {
  ok: { mark: 'ok       ', tone: 'good' },
  hint: { mark: 'hint     ', tone: 'warning' },
  problem: { mark: 'PROBLEM  ', tone: 'bad' },
  unknown: { mark: 'UNKNOWN  ', tone: 'warning' },
};
