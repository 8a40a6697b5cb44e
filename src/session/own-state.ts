import { stateDirectoryIn } from '../delivery/files/state-directory.ts';
import { refusal } from '../errors.ts';
import type { Files, ProcessIdentity } from '../ports.ts';
import { readSealedState, type BrokerState, type SealingJob } from '../wire/broker-state.ts';
import { protocolVersion } from '../wire/messages.ts';

/** The job whose broker is looked for, and where. */
interface Place {
  readonly job: SealingJob;
  readonly tempDirectory: string;
  readonly worker: ProcessIdentity | undefined;
}

/**
 * The state of this job's broker, in a directory that is ours alone. One that no broker of this job
 * vouches for was left by another run, or put there: nothing of it is used, profiles included.
 */
export async function takeDirectory(
  place: Place,
  world: { readonly files: Files },
): Promise<BrokerState | undefined> {
  const { files } = world;
  const { root } = stateDirectoryIn(place.tempDirectory);
  const isFound = await files.exists(root);
  await files.makePrivateDirectory(root);
  const state = isFound ? await findState(place, world) : undefined;
  if (!isFound || state !== undefined) return state;
  await files.remove(root);
  await files.makePrivateDirectory(root);
  return undefined;
}

/**
 * The state that a broker of this job wrote; undefined where there is none.
 * @throws {FederationError} where it is of another version of these tasks.
 */
export async function findState(
  { job, tempDirectory, worker }: Place,
  { files }: { readonly files: Files },
): Promise<BrokerState | undefined> {
  const text = await files.read(stateDirectoryIn(tempDirectory).stateFile);
  const state = text === undefined ? undefined : readSealedState(text, job);
  if (state === undefined || !isSameWorker(state.worker, worker)) return undefined;
  if (state.protocol === protocolVersion) return state;
  throw refusal(
    'BROKER_NOT_STARTED',
    'Another version of these tasks has started a broker in this job already, and the two do not understand each other.',
    'Use the same version of the tasks throughout a job.',
  );
}

/** Where either cannot be seen, the seal alone decides. */
function isSameWorker(one: Place['worker'], other: Place['worker']): boolean {
  if (one === undefined || other === undefined) return true;
  return one.pid === other.pid && one.identity === other.identity;
}
