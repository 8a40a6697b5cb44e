import { posix, win32 } from 'node:path';
import type { Environment, MachineFolders } from '../../ports.ts';
import { entries, variable } from './module-search.ts';

/** Where the images of Microsoft-hosted agents keep Az, each version in a folder of its own. */
const roots = { unix: '/usr/share', windows: 'C:\\Modules' } as const;

const form = /^az_(\d{1,6}(?:\.\d{1,6}){0,3})$/i;

/**
 * The folder with the newest Az of a Microsoft-hosted image; PowerShell itself does not look there.
 * Whoever asks makes sure that it is such an image: elsewhere any user may have made the folder.
 * @returns undefined where there is none.
 */
export async function newestHostedModules(
  isWindows: boolean,
  machine: MachineFolders,
): Promise<string | undefined> {
  const root = isWindows ? roots.windows : roots.unix;
  const path = isWindows ? win32 : posix;
  const names = await machine.names(root);
  const newestFirst = names
    .filter((name) => form.test(name))
    .toSorted((a, b) => compareVersions(versionIn(b), versionIn(a)));
  for (const name of newestFirst) {
    const folder = path.join(root, name);
    const modules = await machine.names(folder);
    if (modules.some((module) => module.toLowerCase() === 'az.accounts')) return folder;
  }
  return undefined;
}

/**
 * `PSModulePath` with one more folder at its end, beside what this step's own environment has. What a
 * PowerShell says of itself would be wrong: the places of PowerShell 7 break Windows PowerShell.
 */
export function extendedModulePath(
  environment: Environment,
  folder: string,
  isWindows: boolean,
): string {
  const separator = isWindows ? ';' : ':';
  const inherited = isWindows ? variable(environment, 'PSModulePath') : environment['PSModulePath'];
  return [...new Set([...entries(inherited, separator), folder])].join(separator);
}

function versionIn(name: string): readonly number[] {
  return (form.exec(name)?.[1] ?? '').split('.').map(Number);
}

/** Below zero where `a` is the older one; a part that is missing counts as zero. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  for (let part = 0; part < Math.max(a.length, b.length); part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
