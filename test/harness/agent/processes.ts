import { readFileSync, readdirSync, statSync } from 'node:fs';
import { listWindowsProcesses } from './windows-processes.ts';
import { wineProcessAt, wineProcesses } from './wine-processes.ts';

/** A process as its system shows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** The owner; 0 on Windows. */
  readonly uid: number;
  /** Clock ticks from the start of the system; with the pid, it names a process for good. 0 on Windows. */
  readonly startTime: number;
}

/** What a process was started with. */
export interface ProcessDetails {
  readonly arguments: readonly string[];
  /** `NAME=value`. On Linux as the process began, on Windows as it is now. */
  readonly environment: readonly string[];
}

const onWindows = process.platform === 'win32';

/** All processes that can be seen: by `/proc`, on Windows by its own means, elsewhere none. */
export function listProcesses(): ProcessInfo[] {
  if (onWindows) return listWindowsProcesses();
  return readOr(() => readdirSync('/proc'), [])
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => readOr(() => [readProcess(Number(entry))], []));
}

/**
 * What processes were started with, by pid. On Windows only Wine shows it: a Windows host keeps it
 * in the memory of each process, which Node cannot read.
 */
export function detailsOf(pids: readonly number[]): Map<number, ProcessDetails> {
  const wanted = new Set(pids);
  if (onWindows) return new Map([...wineProcesses()].filter(([pid]) => wanted.has(pid)));
  return new Map(
    pids.map((pid) => [pid, { arguments: argumentsOf(pid), environment: environmentOf(pid) }]),
  );
}

/** The arguments of a process, none where it is gone or a zombie. */
export function argumentsOf(pid: number): string[] {
  // Wine empties words that it needs no more, at the end.
  const words = nulSeparated(`/proc/${pid}/cmdline`);
  return words.slice(0, words.findLastIndex((word) => word !== '') + 1);
}

/**
 * The environment that a process was started with, `NAME=value`; later changes do not show. For a
 * program in Wine, that of its Windows side follows.
 */
export function environmentOf(pid: number): string[] {
  const environment = nulSeparated(`/proc/${pid}/environ`);
  if (!environment.some((entry) => entry.startsWith('WINELOADER'))) return environment;
  return [...environment, ...(wineProcessAt(`/proc/${pid}`)?.environment ?? [])];
}

function readProcess(pid: number): ProcessInfo {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name is in brackets and may itself hold brackets and blanks.
  const nameEnd = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnd + 2).split(' ');
  return {
    pid,
    parent: Number(fields[1]),
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    uid: statSync(`/proc/${pid}`).uid,
    startTime: Number(fields[19]),
  };
}

function nulSeparated(path: string): string[] {
  const text = readOr(() => readFileSync(path, 'utf8'), '');
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

function readOr<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
