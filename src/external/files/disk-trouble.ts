import { refusal } from '../../errors.ts';
import { remedies } from '../../remedies.ts';
import { codeOf } from './held-files.ts';

/** What the system says of a disk that takes nothing; anything else is no matter of the disk. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'its disk has no space or no inodes left, so it is full',
  EDQUOT: 'the quota of this user is used up',
  EROFS: 'its disk is read-only',
  ENOENT: 'its folder is missing',
  ENOTDIR: 'what should be its folder is a file',
  EISDIR: 'a folder is in its place',
  ELOOP: 'links on the way there lead in a circle',
  ENAMETOOLONG: 'its path is too long',
  EACCES: 'this user may not write there',
  // As Windows says it, and Linux of a folder that nobody may change.
  EPERM: 'this user may not write there',
  ESTALE: 'its network drive has lost it',
  EIO: 'its disk has a fault',
};

/**
 * Writes, and says in words what keeps the disk from it.
 * @param path what is written.
 * @param isOther what is no matter of the disk all the same.
 * @throws {FederationError} where it is the disk; else the error as it is.
 */
export async function onDisk<T>(
  path: string,
  write: () => Promise<T>,
  isOther: (error: unknown) => boolean = () => false,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const code = codeOf(error) ?? '';
    const reason = reasons[code];
    if (reason === undefined || isOther(error)) throw error;
    throw refusal(
      'TEMP_FOLDER_UNWRITABLE',
      `${path} could not be written, because ${reason} (${code}).`,
      remedies.TEMP_FOLDER_UNWRITABLE,
    );
  }
}
