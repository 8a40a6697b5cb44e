import { FederationError } from '../errors.ts';
import type { Clock, Files, Processes, ProcessIdentity } from '../ports.ts';
import { elapsedMs, momentOf, type Moment } from './freshness.ts';
import type { BrokerState } from './messages.ts';

/** Why the broker ends. */
export type End = 'asked to' | 'worker gone' | 'state gone' | 'replaced' | 'deadline';

/** No job of Azure Pipelines has a token for longer. */
const deadlineMs = 48 * 60 * 60_000;

export interface VigilParts {
  readonly brokerId: string;
  readonly stateFile: string;
  readonly worker: ProcessIdentity | undefined;
  readonly world: { readonly files: Files; readonly processes: Processes; readonly clock: Clock };
}

/** Watches for the end of the job, for the case that no post-job step says so. */
export class Vigil {
  readonly #parts: VigilParts;
  readonly #since: Moment;
  /** Of the state file, when it was last seen to be ours. */
  #ownStamp: string | undefined;

  constructor(parts: VigilParts) {
    this.#parts = parts;
    this.#since = momentOf(parts.world.clock);
  }

  /** The reason to end now, if there is one. What cannot be seen at the moment is no reason. */
  async endOfJob(): Promise<End | undefined> {
    const { brokerId, worker, world } = this.#parts;
    if (elapsedMs(this.#since, momentOf(world.clock)) > deadlineMs) return 'deadline';
    if (worker !== undefined) {
      const identity = await world.processes.identity(worker.pid).catch(() => worker.identity);
      if (identity !== worker.identity) return 'worker gone';
    }
    const owner = await this.#owner().catch(() => brokerId);
    if (owner === 'nobody') return 'state gone';
    return owner === brokerId ? undefined : 'replaced';
  }

  /** Reads the state file only when it has changed, which is seldom. */
  async #owner(): Promise<string> {
    const { brokerId, stateFile, world } = this.#parts;
    const stamp = await world.files.stamp(stateFile);
    if (stamp !== undefined && stamp === this.#ownStamp) return brokerId;
    const owner = await ownerOf(stateFile, world.files);
    this.#ownStamp = owner === brokerId ? stamp : undefined;
    return owner;
  }
}

/**
 * Whose the state file is: a broker's ID, `nobody` where there is none, `somebody` where it is not
 * ours to read.
 * @throws what the system says when it cannot be read just now, for example for want of handles.
 */
export async function ownerOf(stateFile: string, files: Files): Promise<string> {
  try {
    const text = await files.read(stateFile);
    return text === undefined ? 'nobody' : (readBrokerState(text)?.brokerId ?? 'somebody');
  } catch (error) {
    if (error instanceof FederationError) return 'somebody';
    throw error;
  }
}

/** The state file's content; undefined for what no broker has written. */
export function readBrokerState(text: string): BrokerState | undefined {
  try {
    const state: unknown = JSON.parse(text);
    return isBrokerState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isBrokerState(value: unknown): value is BrokerState {
  if (typeof value !== 'object' || value === null) return false;
  const state = value as Partial<Record<keyof BrokerState, unknown>>;
  return (
    typeof state.protocol === 'number' &&
    typeof state.brokerId === 'string' &&
    typeof state.jobId === 'string' &&
    typeof state.port === 'number' &&
    typeof state.controlCapability === 'string' &&
    typeof state.process === 'object' &&
    Array.isArray(state.connections)
  );
}
