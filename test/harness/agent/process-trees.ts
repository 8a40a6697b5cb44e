import { listProcesses, type ProcessInfo } from './processes.ts';

/*
 * Windows keeps for each process the id of the one that started it, also when that has ended. The
 * agent ends trees by these ids (agent: `WindowsKillProcessTree`).
 */

/** Ends a process, if it still runs, and all that descend from it. */
export function endTreeOf(pid: number): void {
  endAll([pid, ...descendantsOf(pid, listProcesses(), () => true)]);
}

/**
 * Ends a step's process and what shares its console. Node lets its children end with itself but
 * for those that are detached, and these have no console: so no tree is followed below a node.
 */
export function endConsoleOf(pid: number): void {
  endAll([pid, ...descendantsOf(pid, listProcesses(), ({ name }) => !isNode(name))]);
}

/** The ids of what descends from a process, below those that are followed. */
export function descendantsOf(
  root: number,
  processes: readonly ProcessInfo[],
  isFollowed: (process: ProcessInfo) => boolean,
): number[] {
  const found = new Set<number>([root]);
  // What is added while this goes on is looked at as well. Ids are reused, so there may be circles.
  for (const current of found) {
    const own = processes.find(({ pid }) => pid === current);
    if (own !== undefined && !isFollowed(own)) continue;
    for (const { parent, pid } of processes) if (parent === current) found.add(pid);
  }
  found.delete(root);
  return [...found];
}

function isNode(name: string): boolean {
  return name.toLowerCase() === 'node.exe';
}

function endAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
}
