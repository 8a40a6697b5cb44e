import { constants } from 'node:fs';
import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { administrationError } from '../administration/errors.ts';
import { isJournal, type Journal } from '../administration/journal.ts';

/** A journal on the disk, for this run alone. */
export interface JournalFile extends Journal {
  /** What earlier runs wrote. */
  readonly text: string;
  close(): Promise<void>;
}

/** A process takes less from making its lock to writing its ID into it, in ms. */
const momentMs = 200;

/** A link that somebody else laid would lead the journal elsewhere. */
const noFollow = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW;

/**
 * Opens a journal, or begins one, for its owner's eyes only. Each entry is on the disk before
 * `write` resolves. A lock beside it keeps a second run away; that of a run that died is taken over.
 */
export async function openJournal(path: string): Promise<JournalFile> {
  const lock = `${path}.lock`;
  await claim(lock, path);
  try {
    const { file, text } = await opened(path);
    // Half a line of a run that was killed is ended, so that ours stand alone.
    if (text !== '' && !text.endsWith('\n')) await append(file, '\n', path);
    let last: Promise<void> = Promise.resolve();
    return {
      text,
      write(entry) {
        const line = `${JSON.stringify(entry)}\n`;
        last = last.then(() => append(file, line, path));
        return last;
      },
      async close() {
        await file.close();
        await rm(lock, { force: true });
      },
    };
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  }
}

async function opened(path: string): Promise<{ file: FileHandle; text: string }> {
  let file: FileHandle;
  try {
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | noFollow;
    file = await open(path, flags, 0o600);
  } catch (error) {
    throw unusable(path, codeOf(error));
  }
  const text = await file.readFile('utf8');
  if (!isJournal(text)) {
    await file.close();
    throw unusable(path, 'it is another file');
  }
  await syncFolder(dirname(path));
  return { file, text };
}

async function append(file: FileHandle, line: string, path: string): Promise<void> {
  try {
    await file.appendFile(line);
    await file.sync();
  } catch (error) {
    throw unusable(path, codeOf(error));
  }
}

/** A new file survives a power cut only once its folder is on the disk; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

async function claim(lock: string, path: string): Promise<void> {
  for (let count = 0; count < 2; count += 1) {
    try {
      const file = await open(lock, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unusable(path, codeOf(error));
    }
    const owner = await ownerOf(lock);
    if (isAlive(owner)) throw busy(path, lock, owner);
    await rm(lock, { force: true });
  }
  throw busy(path, lock, 0);
}

/** The process that has a lock; one that has just made it writes its ID a moment later. */
async function ownerOf(lock: string): Promise<number> {
  const read = (): Promise<string> => readFile(lock, 'utf8').catch(() => '');
  const text = await read();
  if (text !== '') return Number(text);
  await pause(momentMs);
  return Number(await read());
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function busy(path: string, lock: string, pid: number): Error {
  return administrationError(
    'JOURNAL_BUSY',
    `Another run uses the journal ${path} (process ${pid}).`,
    `Wait for it, or give another --journal. If there is no such run, delete ${lock}.`,
  );
}

function unusable(path: string, why: string | undefined): Error {
  return administrationError(
    'JOURNAL_UNUSABLE',
    `The journal ${path} cannot be used (${why ?? 'no reason told'}), and without it nothing is changed.`,
    'Give another file with --journal, in a folder that you may write to.',
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
