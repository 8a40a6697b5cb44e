import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onDisk } from '../files/disk-trouble.ts';

/**
 * A file of its own for what the agent uploads: it does so after the step, and empties the temp
 * folder at the end of the job.
 * @param name with `%` in place of something unique.
 */
export async function fileToUpload(directory: string, name: string, text: string): Promise<string> {
  const file = join(directory, name.replace('%', randomBytes(4).toString('hex')));
  await onDisk(file, () => writeFile(file, text, { mode: 0o600, flag: 'wx' }));
  return file;
}
