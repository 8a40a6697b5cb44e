import { createHmac, timingSafeEqual } from 'node:crypto';
import { FederationError } from '../errors.ts';
import { isObject, parsed } from '../json-text.ts';
import type { Files, ProcessIdentity } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { KeptConnection } from './start-message.ts';

/** The broker's state file, mode 0600: how later tasks of the job find it. */
export interface BrokerState {
  readonly protocol: number;
  /** Known only to the broker and to who can read this file: by it a task knows who answers. */
  readonly brokerId: string;
  readonly planId: string;
  readonly jobId: string;
  /** The agent's worker that runs the job; absent where it cannot be seen. */
  readonly worker?: ProcessIdentity | undefined;
  readonly process: ProcessIdentity;
  /** ISO 8601. */
  readonly startedOn: string;
  readonly port: number;
  readonly controlCapability: string;
  readonly connections: readonly KeptConnection[];
}

/** What only the tasks of one job know: the job's access token is made for one attempt of one job. */
export interface SealingJob {
  readonly planId: string;
  readonly jobId: string;
  readonly jobAccessToken: Secret;
}

/**
 * The state as it stands in its file: with a message authentication code, whose key is the job's
 * access token. The temp folder is shared with scripts, containers and earlier runs, and a state says
 * which process is ended and where tokens go: nobody but a task of this job can have written it.
 */
export function sealed(state: BrokerState, job: SealingJob): string {
  return JSON.stringify({ ...state, seal: sealOf(JSON.stringify(state), job) });
}

/** The state that a broker of this very job wrote; undefined for any other content. */
export function readSealedState(text: string, job: SealingJob): BrokerState | undefined {
  const found = readBrokerState(text) as (BrokerState & { seal?: unknown }) | undefined;
  if (found === undefined || typeof found.seal !== 'string') return undefined;
  const { seal, ...state } = found;
  const expected = Buffer.from(sealOf(JSON.stringify(state), job));
  const given = Buffer.from(seal);
  const isGenuine = given.length === expected.length && timingSafeEqual(given, expected);
  const isOfJob = state.planId === job.planId && state.jobId === job.jobId;
  return isGenuine && isOfJob ? state : undefined;
}

function sealOf(text: string, { planId, jobId, jobAccessToken }: SealingJob): string {
  const purpose = `workload-identity broker state\n${planId}\n${jobId}\n`;
  return createHmac('sha256', jobAccessToken.reveal())
    .update(purpose)
    .update(text)
    .digest('base64url');
}

/** The state file's content, whoever wrote it; undefined for what no broker has written. */
export function readBrokerState(text: string): BrokerState | undefined {
  const state = parsed(text);
  return isBrokerState(state) ? state : undefined;
}

/** Whose a state file is. */
export type Owner =
  | { readonly kind: 'broker'; readonly id: string }
  /** There is no such file. */
  | { readonly kind: 'none' }
  /** It is not ours to read, or no broker wrote it. */
  | { readonly kind: 'unreadable' };

/** Whether an owner is the broker of this ID. */
export function isOf(owner: Owner, brokerId: string): boolean {
  return owner.kind === 'broker' && owner.id === brokerId;
}

/**
 * Whose the state file is.
 * @throws what the system says when it cannot be read just now, for example EMFILE.
 */
export async function ownerOf(stateFile: string, files: Files): Promise<Owner> {
  try {
    const text = await files.read(stateFile);
    if (text === undefined) return { kind: 'none' };
    const id = readBrokerState(text)?.brokerId;
    return id === undefined ? { kind: 'unreadable' } : { kind: 'broker', id };
  } catch (error) {
    if (error instanceof FederationError) return { kind: 'unreadable' };
    throw error;
  }
}

function isBrokerState(value: unknown): value is BrokerState {
  if (!isObject(value)) return false;
  const state: Partial<Record<keyof BrokerState, unknown>> = value;
  return (
    typeof state.protocol === 'number' &&
    typeof state.brokerId === 'string' &&
    typeof state.planId === 'string' &&
    typeof state.jobId === 'string' &&
    typeof state.port === 'number' &&
    typeof state.controlCapability === 'string' &&
    isObject(state.process) &&
    Array.isArray(state.connections)
  );
}
