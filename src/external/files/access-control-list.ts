import { execFile, type ExecFileException } from 'node:child_process';

/**
 * Who may do anything in a directory of ours, by the names that every language of Windows knows
 * (https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers):
 * whoever owns a file, the system, and administrators, as whom the agent may have to clean up. The
 * owner is not named, because asking for the name of this user costs a second process.
 */
const allowed = { ownerRights: 'S-1-3-4', localSystem: 'S-1-5-18', administrators: 'S-1-5-32-544' };

/** A busy machine that looks at each program before it starts it; usually it takes 50 ms. */
const maxMs = 20_000;

/**
 * What `icacls.exe` is told so that nobody else gets at a directory or anything in it: nothing is
 * inherited from above, and what is granted is handed down.
 */
export function closingArguments(directory: string): readonly string[] {
  const grants = Object.values(allowed).flatMap((sid) => ['/grant:r', `*${sid}:(OI)(CI)F`]);
  return [directory, '/inheritance:r', ...grants, '/q'];
}

/**
 * Closes an empty directory to others.
 * @param icacls the path of the program.
 * @param timeoutMs it is ended by force after this.
 * @returns undefined, or how the program ended where it did not do so.
 */
export function closeToOthers(
  directory: string,
  icacls: string,
  timeoutMs = maxMs,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Of the environment of the job it needs nothing; Windows adds what it cannot do without.
    const options = { timeout: timeoutMs, windowsHide: true, env: {} };
    try {
      execFile(icacls, [...closingArguments(directory)], options, (error) => {
        resolve(error === null ? undefined : ending(error));
      });
    } catch (error) {
      // A policy of the host forbids it: Windows says so at once.
      resolve(ending(error as ExecFileException));
    }
  });
}

function ending({ killed, code }: ExecFileException): string {
  if (killed === true) return 'did not end in time';
  return typeof code === 'number'
    ? `ended with exit code ${code}`
    : `could not be run (${code ?? '?'})`;
}
