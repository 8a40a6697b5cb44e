import Table from 'cli-table3';
import { readFileSync } from 'node:fs';
import { administrationError } from '../administration/errors.ts';
import { visibleJson, visibleLine } from '../administration/visible-text.ts';
import type { Terminal } from '../commands/world.ts';

const progressPauseMs = 100;
let lastProgressMs = 0;
let isProgressShown = false;

/**
 * The terminal: results to the standard output, everything else to the standard error. Whatever
 * passes here is made harmless first, so no name can write a line of its own or steer the terminal.
 */
export const systemTerminal: Terminal = {
  out(line) {
    write(process.stdout, visibleLine(line));
  },
  outJson(value) {
    write(process.stdout, visibleJson(value));
  },
  outTable(head, body) {
    const table = new Table({
      head: head.map(visibleLine),
      chars: plainLines,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    });
    table.push(...body.map((row) => row.map(visibleLine)));
    write(process.stdout, table.toString().replaceAll(/[ \t]+$/gm, ''));
  },
  outCsv(lines) {
    write(process.stdout, lines.map(visibleLine).join('\r\n'));
  },
  note(line) {
    write(process.stderr, visibleLine(line));
  },
  /** One line that is written over, for people only. */
  progress(text) {
    const now = Date.now();
    if (!process.stderr.isTTY || now - lastProgressMs < progressPauseMs) return;
    lastProgressMs = now;
    isProgressShown = true;
    const width = Math.max(20, process.stderr.columns - 1);
    process.stderr.write(`\r\u001b[K${visibleLine(text).slice(0, width)}`);
  },
};

function write(stream: NodeJS.WriteStream, text: string): void {
  clearProgress();
  stream.write(`${text}\n`);
}

/** Columns without lines: they survive being pasted, searched and cut. */
const plainLines = Object.fromEntries(
  [
    'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right',
    'left left-mid mid mid-mid right right-mid middle',
  ]
    .join(' ')
    .split(' ')
    .map((place) => [place, '']),
);

function clearProgress(): void {
  if (!isProgressShown) return;
  isProgressShown = false;
  process.stderr.write('\r\u001b[K');
}

/** Whoever reads our output may stop, as head does; that is no failure. */
export function allowBrokenPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** A file that the administrator named; `-` is the standard input. */
export function readText(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason told';
    throw administrationError(
      'FILE_UNREADABLE',
      `The file ${path} cannot be read (${code}).`,
      'Check its path and permissions.',
    );
  }
}
