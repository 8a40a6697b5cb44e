import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import type { Environment, MachineFolders } from '../../ports.ts';
import { isWindows, systemProgram } from './system-program.ts';

/** Where Windows keeps the user's folders, redirected ones too. */
const userFolders =
  'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders';

/** Of `reg.exe`, which reads one value, in ms. */
const registryMs = 5_000;

/** More of a file is not read. */
const maxBytes = 64 * 1024;

/** A pipe in place of a file would have whoever opens it wait for a writer, for ever. */
const notWaiting = isWindows ? 0 : constants.O_NONBLOCK;

/** The folders of this machine. */
export const machineFolders: MachineFolders = {
  beginning: (path) => beginningOf(path).catch(() => undefined),
  names: (folder) => readdir(folder).catch(() => []),
  target: (path) => realpath(path).catch(() => undefined),
  documents: async () => {
    if (!isWindows) return undefined;
    const { systemTools } = await import('./tools.ts');
    const { output } = await systemTools.run({
      program: systemProgram('reg.exe'),
      arguments: ['query', userFolders, '/v', 'Personal'],
      environment: {},
      timeoutMs: registryMs,
    });
    return personalFolder(output, process.env);
  },
};

async function beginningOf(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | notWaiting);
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * The folder that a query of the registry printed, with the variables in it filled in.
 * @returns undefined where it printed none, or one that names a variable which is not there.
 */
export function personalFolder(printed: string, environment: Environment): string | undefined {
  const [, written] = /^\s*Personal\s+REG_(?:EXPAND_)?SZ\s+(.*\S)\s*$/m.exec(printed) ?? [];
  const folder = written?.replace(/%([^%]+)%/g, (whole, name: string) => {
    const spelled = Object.keys(environment).find((it) => it.toLowerCase() === name.toLowerCase());
    return (spelled === undefined ? undefined : environment[spelled]) ?? whole;
  });
  return folder === undefined || folder.includes('%') ? undefined : folder;
}
