import { readFileSync, readdirSync, statSync } from 'node:fs';

/** A process as `/proc` shows it. Linux only: elsewhere nothing is found. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly uid: number;
  /** Clock ticks from the start of the system; with the pid, it names a process for good. */
  readonly startTime: number;
}

/** All processes that can be seen. */
export function listProcesses(): ProcessInfo[] {
  return readOr(() => readdirSync('/proc'), [])
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => readOr(() => [readProcess(Number(entry))], []));
}

/** The arguments of a process, none where it is gone or a zombie. */
export function argumentsOf(pid: number): string[] {
  return nulSeparated(`/proc/${pid}/cmdline`);
}

/** The environment that a process was started with, `NAME=value`; later changes do not show. */
export function environmentOf(pid: number): string[] {
  return nulSeparated(`/proc/${pid}/environ`);
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
