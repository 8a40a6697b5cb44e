import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { refusal } from '../../errors.ts';
import { isWindows, systemProgram } from '../machine/system-program.ts';
import { codeOf, renameOver } from './held-files.ts';

/**
 * Makes a directory for its owner alone, or checks that an existing one is ours and private.
 * @throws {FederationError} where others could get in.
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  await (isWindows ? makeClosedDirectory(path, systemProgram('icacls.exe')) : makeByMode(path));
}

/** Makes one directory with a mode, as the system does: on some volumes it gets another one. */
type MakeDirectory = (path: string, options: { readonly mode: number }) => Promise<unknown>;

/**
 * The same below a private directory: Windows hands its access control list down.
 * @throws {FederationError} where others could get in, also because the volume keeps no modes.
 */
export async function makeByMode(path: string, make: MakeDirectory = mkdir): Promise<void> {
  try {
    await make(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const stats = await lstat(path);
    if (isPrivate(stats)) return;
    throw (await keepsModes(path, make)) ? unsafe(path) : withoutModes(path);
  }
  if (isPrivate(await lstat(path))) return;
  await rmdir(path);
  throw withoutModes(path);
}

/** Whether the volume gives a new directory beside the path the mode that it is made with. */
async function keepsModes(path: string, make: MakeDirectory): Promise<boolean> {
  const probe = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await make(probe, { mode: 0o700 });
    const stats = await lstat(probe);
    await rmdir(probe);
    return isPrivate(stats);
  } catch {
    // What it is cannot be found out here.
    return true;
  }
}

/**
 * Makes a directory with an access control list of its own. It gets its name last, so that one which
 * has the name is closed, whenever this process was ended. A volume that has no such lists is refused
 * like a directory that is open to others: whoever reads a token can use it from anywhere.
 * @param icacls the path of the program that sets the list.
 */
export async function makeClosedDirectory(path: string, icacls: string): Promise<void> {
  const existing = await lstat(path).catch(() => undefined);
  if (existing !== undefined) {
    // Nothing tells its owner at a reasonable price. The agent empties the folder before each job,
    // and who may put a directory there may also change what the job runs.
    if (!isPrivate(existing)) throw unsafe(path);
    return;
  }
  // Processes take a while to load, and only Windows needs one here.
  const { closeToOthers } = await import('./access-control-list.ts');
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    const trouble = await closeToOthers(draft, icacls);
    if (trouble !== undefined) throw openToOthers(path, trouble);
    // What came before the list has one of its own.
    if ((await readdir(draft)).length > 0) throw unsafe(path);
    await renameOver(draft, path);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Whether a file is of this user, where the system tells. */
export function isOurs(stats: Stats): boolean {
  const user = process.geteuid?.();
  return user === undefined || stats.uid === user;
}

export function unsafe(path: string): Error {
  return refusal(
    'STATE_DIRECTORY_UNSAFE',
    `${path} is not a private file or directory of this user, so no token is put there.`,
    'Remove it, and find out which step or other user of this host made it.',
  );
}

/** Whether a real directory lies there that nobody else may enter, as far as the system tells. */
export async function isPrivateDirectory(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats !== undefined && isPrivate(stats);
}

function isPrivate(stats: Stats): boolean {
  const isClosed = isWindows || (stats.mode & 0o077) === 0;
  return stats.isDirectory() && isOurs(stats) && isClosed;
}

function withoutModes(path: string): Error {
  return refusal(
    'STATE_DIRECTORY_UNSAFE',
    `${path} lies on a volume that keeps no permissions, where other users of this host could read it, so no token is put there.`,
    "Move the agent's work folder to a volume that keeps them; or mount this one (SMB, FAT, a Windows drive in WSL) for the user of the agent alone, with dir_mode=0700 and file_mode=0600, or umask=077.",
  );
}

function openToOthers(path: string, trouble: string): Error {
  return refusal(
    'STATE_DIRECTORY_UNSAFE',
    `${path} could not be closed to other users of this host, because icacls.exe ${trouble}, so no token is put there.`,
    "Keep the agent's work folder on an NTFS volume where its account may change permissions.",
  );
}
