import { execFile, type ChildProcess } from 'node:child_process';
import { isWindows, systemProgram } from './system-program.ts';

/** What ending a tree of processes may take on Windows, in ms. */
const endingMs = 5_000;

/** What ends this process unless it is handled: from the agent, a terminal, or whoever stops it. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', ...(isWindows ? (['SIGBREAK'] as const) : [])];

const running = new Set<ChildProcess>();

/**
 * Has a tool end with this process, and everything that it started: a step that is cancelled must not
 * leave one behind, which would write its files again when all is cleaned up.
 * @param tool on other systems than Windows it leads a process group of its own.
 * @returns lets go of a tool that has ended.
 */
export function endWithThisProcess(tool: ChildProcess): () => void {
  if (running.size === 0) {
    for (const signal of endings) process.on(signal, endBy);
    process.on('exit', endAtOnce);
  }
  running.add(tool);
  return () => {
    if (running.delete(tool) && running.size === 0) letGo();
  };
}

/** Ends a tool and everything that it started. */
export async function endTool(tool: ChildProcess): Promise<void> {
  if (isWindows && tool.pid !== undefined) await endTree(tool.pid);
  endGroup(tool);
}

function endBy(signal: NodeJS.Signals): void {
  // Somebody else handles it and ends the work in order; what still runs at the exit is ended then.
  if (process.listenerCount(signal) > 1) return;
  void Promise.all([...running].map((tool) => endTool(tool))).finally(() => {
    letGo();
    // As if nobody had handled it: whoever sent it sees that it was obeyed.
    process.kill(process.pid, signal);
  });
}

function endAtOnce(): void {
  for (const tool of running) endGroup(tool);
}

function letGo(): void {
  for (const signal of endings) process.off(signal, endBy);
  process.off('exit', endAtOnce);
}

function endGroup(tool: ChildProcess): void {
  try {
    if (tool.pid !== undefined && !isWindows) process.kill(-tool.pid, 'SIGKILL');
    else tool.kill('SIGKILL');
  } catch {
    // It went by itself in the meantime.
  }
}

/** Windows ends one process at a time: without `cmd.exe` the Python of az would go on alone. */
function endTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const options = { timeout: endingMs, windowsHide: true, env: {} };
    const args = ['/t', '/f', '/pid', String(pid)];
    try {
      execFile(systemProgram('taskkill.exe'), args, options, () => resolve());
    } catch {
      // A policy of the host forbids it; the tool itself can still be ended.
      resolve();
    }
  });
}
