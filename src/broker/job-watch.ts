import type { Clock, Files, Processes, ProcessIdentity } from '../ports.ts';
import { isOf, ownerOf, type Owner } from '../wire/broker-state.ts';

/** Why the broker ends. */
export type End = 'asked to' | 'worker gone' | 'state gone' | 'replaced' | 'deadline';

/** No job of Azure Pipelines has a token for longer. By the clock that nobody can set. */
const deadlineMs = 48 * 60 * 60_000;

export interface JobWatchParts {
  readonly brokerId: string;
  readonly stateFile: string;
  readonly worker: ProcessIdentity | undefined;
  readonly world: { readonly files: Files; readonly processes: Processes; readonly clock: Clock };
}

/** Watches for the end of the job, for the case that no post-job step says so. */
export class JobWatch {
  readonly #parts: JobWatchParts;
  readonly #sinceMs: number;
  /** Of the state file, when it was last seen to be ours. */
  #ownStamp: string | undefined;

  constructor(parts: JobWatchParts) {
    this.#parts = parts;
    this.#sinceMs = parts.world.clock.monotonicMs();
  }

  /** The reason to end now, if there is one. What cannot be seen at the moment is no reason. */
  async endOfJob(): Promise<End | undefined> {
    const { brokerId, worker, world } = this.#parts;
    if (world.clock.monotonicMs() - this.#sinceMs > deadlineMs) return 'deadline';
    if (worker !== undefined) {
      const identity = await world.processes.identity(worker.pid).catch(() => worker.identity);
      if (identity !== worker.identity) return 'worker gone';
    }
    const owner = await this.#owner().catch(() => ({ kind: 'broker', id: brokerId }) as const);
    if (owner.kind === 'none') return 'state gone';
    return isOf(owner, brokerId) ? undefined : 'replaced';
  }

  /** Reads the state file only when it has changed, which is rare. */
  async #owner(): Promise<Owner> {
    const { brokerId, stateFile, world } = this.#parts;
    const stamp = await world.files.stamp(stateFile);
    if (stamp !== undefined && stamp === this.#ownStamp) return { kind: 'broker', id: brokerId };
    const owner = await ownerOf(stateFile, world.files);
    this.#ownStamp = isOf(owner, brokerId) ? stamp : undefined;
    return owner;
  }
}
