import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  futimesSync,
  watch,
  writeSync,
  type Stats,
} from 'node:fs';
import { join } from 'node:path';
import type { SharedFolders } from '../../ports.ts';
import { isWindows } from '../machine/system-program.ts';
import { isOurs } from './private-directory.ts';

/** Larger than any file that a tool keeps a few tokens in. */
const maxBytes = 4 * 1024 * 1024;

/** A pipe in place of a file must not hold the broker up, nor a link lead it away; Windows has neither flag. */
const careful = isWindows
  ? constants.O_RDONLY
  : constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Folders that other programs of the job write to as well. Everything happens at once and not by the
 * thread pool: the files are small, they are looked at for hours, and nothing comes in between.
 */
export const sharedFolders: SharedFolders = {
  names: (folder) => orElse([], () => readdirSync(folder)),

  identity: (folder) =>
    orElse(undefined, () => {
      const stats = lstatSync(folder);
      return stats.isDirectory() && isOurs(stats) ? identityOf(stats) : undefined;
    }),

  read: (path) =>
    orElse(undefined, () => {
      const file = openSync(path, careful);
      try {
        return contentOf(file);
      } finally {
        closeSync(file);
      }
    }),

  stamp: (path) =>
    orElse(undefined, () => {
      const { ino, mtimeNs, size } = lstatSync(path, { bigint: true });
      return `${ino}-${mtimeNs}-${size}`;
    }),

  claim: (path, content) => orElse(false, () => write(path, content, undefined)),

  draft(folder, content, changedOn) {
    const path = join(folder, `draft-${randomBytes(6).toString('hex')}`);
    write(path, content.reveal(), changedOn);
    return path;
  },

  move: (from, to) =>
    orElse(false, () => {
      renameSync(from, to);
      return true;
    }),

  link: (path, name) =>
    orElse(false, () => {
      linkSync(path, name);
      return true;
    }),

  remove(path) {
    orElse(undefined, () => rmSync(path, { force: true }));
  },

  watch(folder, onChange) {
    try {
      const watcher = watch(folder, { persistent: false }, () => onChange());
      // The folder has gone, or the system has no more watches: the rounds go on without.
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      return () => undefined;
    }
  },
};

function orElse<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch {
    // Gone, held, or not ours: what a program of the job does with its own files is no failure.
    return otherwise;
  }
}

function contentOf(file: number): string | undefined {
  const stats = fstatSync(file);
  if (!stats.isFile() || !isOurs(stats) || stats.size > maxBytes) return undefined;
  const buffer = Buffer.alloc(stats.size);
  let length = 0;
  for (;;) {
    const count = readSync(file, buffer, length, buffer.length - length, length);
    if (count === 0) return buffer.toString('utf8', 0, length);
    length += count;
  }
}

/** Makes a file, and leaves none where it cannot be written to its end. */
function write(path: string, content: string, changedOn: Date | undefined): true {
  const file = openSync(path, 'wx', 0o600);
  try {
    const bytes = Buffer.from(content);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file, bytes, written);
    }
    if (changedOn !== undefined) futimesSync(file, changedOn, changedOn);
    return true;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

function identityOf({ dev, ino, birthtimeMs }: Stats): string {
  return `${dev}-${ino}-${birthtimeMs}`;
}
