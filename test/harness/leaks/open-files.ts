import { lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const othersMayRead = 0o044;
const othersMayEnter = 0o011;

/** A file that other users of the machine may read, with its content. */
export interface OpenFile {
  readonly path: string;
  readonly content: string;
}

/** The files below a folder that group or others may read, and reach from that folder. */
export function openFiles(folder: string): OpenFile[] {
  return entriesOf(folder).flatMap((name) => {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() && (stat.mode & othersMayEnter) !== 0) return openFiles(path);
    if (!stat?.isFile() || (stat.mode & othersMayRead) === 0) return [];
    return [{ path, content: contentOf(path) }];
  });
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
