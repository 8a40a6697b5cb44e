import { randomBytes } from 'node:crypto';
import { constants, lstatSync, type Stats } from 'node:fs';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { refusal } from '../errors.ts';
import type { Files } from '../ports.ts';
import { Secret } from '../secret.ts';

/** No file of ours comes near this size; one that does is not ours. */
const longestBytes = 4 * 1024 * 1024;

/** Windows refuses a rename over a file that a reader holds open; readers are quick. */
const renamePausesMs = [10, 20, 50, 100, 200, 400];

/** Windows has no such flag, and there the temp folder's own rules keep others from making links. */
const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/** The disk, with modes that keep other users out (on Windows the temp folder's own rules do). */
export const diskFiles: Files = {
  async makePrivateDirectory(path) {
    try {
      await mkdir(path, { mode: 0o700 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      requirePrivate(path, await lstat(path));
    }
  },

  async replace(path, content) {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(content instanceof Secret ? content.reveal() : content);
      } finally {
        await file.close();
      }
      await renameOver(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  },

  async read(path) {
    try {
      // Where the system can, a link is refused by the opening itself, so there is no gap between.
      const file = await open(path, constants.O_RDONLY | noFollow);
      try {
        const stats = await file.stat();
        if (!stats.isFile() || stats.size > longestBytes || !isOurs(stats)) throw unsafe(path);
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
      throw codeOf(error) === 'ELOOP' ? unsafe(path) : error;
    }
  },

  async exists(path) {
    return lstat(path).then(
      () => true,
      () => false,
    );
  },

  async claim(path) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  },

  stamp: (path) =>
    new Promise((resolve) => {
      resolve(stampOf(path));
    }),

  async remove(path) {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  },
};

/** Not by the thread pool: it is asked every few seconds for hours, and answers at once. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = lstatSync(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

function requirePrivate(path: string, stats: Stats): void {
  const isPrivate = process.platform === 'win32' || (stats.mode & 0o077) === 0;
  if (!stats.isDirectory() || !isOurs(stats) || !isPrivate) throw unsafe(path);
}

function isOurs(stats: Stats): boolean {
  const user = process.geteuid?.();
  return user === undefined || stats.uid === user;
}

async function renameOver(from: string, to: string): Promise<void> {
  for (const pauseMs of renamePausesMs) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (!['EPERM', 'EACCES', 'EBUSY'].includes(codeOf(error) ?? '')) throw error;
      await pause(pauseMs);
    }
  }
  await rename(from, to);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function unsafe(path: string): Error {
  return refusal(
    'STATE_DIRECTORY_UNSAFE',
    `${path} is not a private file or directory of this user, so no token is put there.`,
    'Remove it, and find out which step or other user of this host made it.',
  );
}
