import { randomBytes } from 'node:crypto';
import { constants, lstatSync } from 'node:fs';
import { lstat, open, rm, type FileHandle } from 'node:fs/promises';
import type { Files } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { isWindows } from '../machine/system-program.ts';
import { onDisk } from './disk-trouble.ts';
import { codeOf, isHeld, onceFree, renameOver } from './held-files.ts';
import {
  isOurs,
  isPrivateDirectory,
  makeByMode,
  makePrivateDirectory,
  unsafe,
} from './private-directory.ts';

/** No file of ours comes near this size; one that does is not ours. */
const maxBytes = 4 * 1024 * 1024;

/** Windows has no such flag, and there a directory's access control list keeps others from making links. */
const noFollow = isWindows ? 0 : constants.O_NOFOLLOW;

/** A pipe in place of a file would have whoever opens it wait for a writer, for ever. */
const notWaiting = isWindows ? 0 : constants.O_NONBLOCK;

/** So often, with longer and longer pauses, is tried to remove what somebody holds: two seconds in all. */
const removal = { recursive: true, force: true, maxRetries: 6, retryDelay: 100 };

/** The disk, with modes or access control lists that keep other users out. */
export const diskFiles: Files = {
  makePrivateDirectory: (path) => onDisk(path, () => makePrivateDirectory(path)),
  makeInnerDirectory: (path) => onDisk(path, () => makeByMode(path)),
  isPrivateDirectory,

  replace: (path, content) =>
    onDisk(path, () => replace(path, content instanceof Secret ? content.reveal() : content)),

  async read(path) {
    try {
      // Where the system can, a link is refused by the opening itself, so there is no gap between.
      const file = await onceFree(() => open(path, constants.O_RDONLY | noFollow | notWaiting));
      return await contentOf(path, file);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw codeOf(error) === 'ELOOP' ? unsafe(path) : error;
    }
  },

  async exists(path) {
    return lstat(path).then(
      () => true,
      () => false,
    );
  },

  stamp: (path) =>
    new Promise((resolve) => {
      resolve(stampOf(path));
    }),

  // Windows says of a file that somebody holds what it says of one that nobody may touch.
  remove: (path) => onDisk(path, () => rm(path, removal), isHeld),
};

async function replace(path: string, content: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    await renameOver(draft, path);
  } catch (error) {
    // That it cannot be removed either, on a disk that takes nothing, is not what failed first.
    await rm(draft, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function contentOf(path: string, file: FileHandle): Promise<string> {
  try {
    const stats = await file.stat();
    if (!stats.isFile() || stats.size > maxBytes || !isOurs(stats)) throw unsafe(path);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Not by the thread pool: it is asked every few seconds for hours, and answers at once. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = lstatSync(path, { bigint: true });
    return `${ino}-${mtimeNs}-${size}`;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
}
