import Table from 'cli-table3';
import { readFileSync } from 'node:fs';
import { administrationError } from '../administration/errors.ts';
import { visibleJson, visibleLine } from '../administration/visible-text.ts';
import type { Terminal, Tone } from '../commands/world.ts';

const progressPauseMs = 100;
let lastProgressMs = 0;
let isProgressShown = false;

/**
 * The terminal: results to the standard output, everything else to the standard error. Whatever
 * passes here is made harmless first, so no name can write a line of its own or steer the terminal.
 */
export const systemTerminal: Terminal = {
  out(line, tone) {
    write(process.stdout, coloured(visibleLine(line), tone, process.stdout));
  },
  outJson(value) {
    write(process.stdout, visibleJson(value));
  },
  outTable(head, body, tones = []) {
    const { stdout } = process;
    const table = new Table({
      head: head.map((cell) => coloured(visibleLine(cell), 'head', stdout)),
      chars: plainLines,
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    });
    table.push(
      ...body.map((row, index) =>
        row.map((cell) => coloured(visibleLine(cell), tones[index], stdout)),
      ),
    );
    write(stdout, table.toString().replaceAll(/[ \t]+$/gm, ''));
  },
  outCsv(lines) {
    write(process.stdout, lines.map(visibleLine).join('\r\n'));
  },
  note(line, tone) {
    write(process.stderr, coloured(visibleLine(line), tone, process.stderr));
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

/** Numbers of the colours (ECMA-48): the 8 that every terminal lets its user choose, and bold. */
const colours: Readonly<Record<Tone | 'head', number>> = {
  good: 32,
  warning: 33,
  bad: 31,
  head: 1,
};

/**
 * A text in its colour, on a terminal that has some. Node judges that: it knows `NO_COLOR`,
 * `FORCE_COLOR` and terminals without colours.
 */
function coloured(
  text: string,
  tone: Tone | 'head' | undefined,
  stream: NodeJS.WriteStream,
): string {
  const isPlain = tone === undefined || text === '' || !stream.isTTY || !stream.hasColors();
  return isPlain ? text : `\u001b[${colours[tone]}m${text}\u001b[0m`;
}

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
