import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FileLeft } from './contract.ts';
import type { JobFolders } from './job-message.ts';

/** Deletes what is in the temp folder, as far as it can, and makes the folder. */
export function emptyTemp(temp: string): void {
  mkdirSync(temp, { recursive: true });
  for (const entry of readdirSync(temp)) {
    try {
      rmSync(join(temp, entry), { recursive: true, force: true });
    } catch {
      // Best effort, as the agent's own.
    }
  }
}

/** Makes the folders of a job. */
export function makeFolders(folders: JobFolders): void {
  for (const folder of Object.values(folders) as string[]) mkdirSync(folder, { recursive: true });
}

/**
 * Every file in a folder, at any depth, with its mode and content. What a process of the job still
 * replaces meanwhile may be gone when it is read.
 */
export function readLeft(folder: string): FileLeft[] {
  // A step may have removed the folder itself.
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths.flatMap((path) => {
    const stat = lstatSync(join(folder, path), { throwIfNoEntry: false });
    if (stat === undefined || stat.isDirectory()) return [];
    const content = stat.isFile() ? contentOf(join(folder, path)) : '';
    return content === undefined ? [] : [{ path, mode: stat.mode & 0o777, content }];
  });
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
