import { FederationError } from '../errors.ts';
import type { Files, ProcessIdentity } from '../ports.ts';
import type { KeptConnection } from './messages.ts';

/** The broker's state file, mode 0600: how later tasks of the job find it. */
export interface BrokerState {
  readonly protocol: number;
  /** Known only to the broker and to who can read this file: by it a task knows who answers. */
  readonly brokerId: string;
  readonly jobId: string;
  readonly process: ProcessIdentity;
  /** ISO 8601. */
  readonly startedOn: string;
  readonly port: number;
  readonly controlCapability: string;
  readonly connections: readonly KeptConnection[];
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
    state.process !== null &&
    Array.isArray(state.connections)
  );
}
