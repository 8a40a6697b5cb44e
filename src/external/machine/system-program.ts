import { win32 } from 'node:path';

export const isWindows = process.platform === 'win32';

/**
 * A program that comes with Windows, by its own path and not by whatever the job's `PATH` names. Where
 * Windows lies, the environment says.
 */
export function systemProgram(name: string): string {
  const root = process.env['SystemRoot'] ?? '';
  return win32.join(win32.isAbsolute(root) ? root : 'C:\\Windows', 'System32', name);
}
