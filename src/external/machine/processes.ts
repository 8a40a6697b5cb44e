import { readFileSync } from 'node:fs';
import type { Processes } from '../../ports.ts';

/**
 * The processes of this machine; on Linux distinguished by the moment they began.
 *
 * Elsewhere only a native module or another process, every few seconds for hours, could tell that
 * moment. Without it a broker outlives a worker that was killed only if another process gets the ID
 * between two looks and keeps it; then the agent's next job ends the broker, since it empties the
 * folder with the state file. And nobody is ended by force, since it might be a stranger.
 */
export const systemProcesses: Processes = {
  identity: (pid) => settled(() => (tellsApart ? startOf(pid) : livenessOf(pid))),

  end: ({ pid, identity }) =>
    settled(() => {
      if (!tellsApart || startOf(pid) !== identity) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It went by itself in the meantime.
      }
    }),
};

const tellsApart = process.platform === 'linux';

/**
 * Field 22 of /proc/PID/stat (proc(5)): the start time in clock ticks. The name in field 2 may hold
 * blanks and brackets, so the fields are counted from the last bracket. A zombie has ended.
 */
function startOf(pid: number): string | undefined {
  try {
    // Not by the thread pool: it is asked every few seconds for hours, and answers at once.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    // Out of handles, say: what cannot be seen is not gone.
    throw error;
  }
}

/** The outcome as a promise; what the work throws is its rejection. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => {
    resolve(work());
  });
}

function livenessOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch (error) {
    // It lives, but belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
      ? 'alive'
      : undefined;
  }
}
