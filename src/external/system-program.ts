import { win32 } from 'node:path';

export const isWindows = process.platform === 'win32';

/** A program that comes with Windows, by its own path and not by whatever the job's `PATH` names. */
export function systemProgram(name: string): string {
  return win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', name);
}
