import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Windows refuses much while somebody holds a file open: readers are quick, scanners of viruses less. */
const pausesMs = [10, 20, 50, 100, 200, 400, 400];

/**
 * Does something with a file, again and again while another program holds it open, for a bit more
 * than a second.
 * @throws what the system says at last.
 */
export async function onceFree<T>(work: () => Promise<T>): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await work();
    } catch (error) {
      if (!isHeld(error)) throw error;
      await pause(pauseMs);
    }
  }
  return work();
}

/** Puts a file in the place of another, or gives a directory its name. */
export function renameOver(from: string, to: string): Promise<void> {
  return onceFree(() => rename(from, to));
}

/**
 * Whether somebody holds a file: Windows says so (EBUSY), or that it denies access (EPERM), also
 * where a file is being removed and only its last reader keeps it.
 */
export function isHeld(error: unknown): boolean {
  return ['EPERM', 'EBUSY'].includes(codeOf(error) ?? '');
}

/** The system's code of an error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
