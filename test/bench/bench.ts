import { runCommand, type Outcome } from './command.ts';
import type { NodeRelease } from './settings.ts';
import { taskCommand, type TaskRun } from './task.ts';
import type { Azure, Unpacked } from './world.ts';

export { exported } from './task.ts';

/** What every measurement works with. */
export interface Bench {
  readonly azure: Azure;
  readonly extension: Unpacked;
}

export function runCommandOf(bench: Bench, node: NodeRelease, run: TaskRun): Promise<Outcome> {
  return runCommand(taskCommand(run, node, bench.extension, bench.azure));
}
