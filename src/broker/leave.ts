import type { Clock, Files, Processes } from '../ports.ts';
import type { BrokerReport } from './broker.ts';
import { endByForce, goesWithin } from './broker-process.ts';
import type { RunningBroker } from './join.ts';
import type { BrokerState } from './messages.ts';
import { stateDirectoryIn } from './state-directory.ts';
import { readBrokerState } from './vigil.ts';

export interface LeaveWorld {
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly reach: (state: Pick<BrokerState, 'port' | 'controlCapability'>) => RunningBroker;
}

/** How the broker of a job ended. */
export type Leaving =
  | { readonly ended: 'now'; readonly report: BrokerReport }
  /** It did not answer and was ended by force. */
  | { readonly ended: 'by force' }
  /** It was gone already, or another broker has taken its place. */
  | { readonly ended: 'before' };

/** How long a broker may take to clean up after itself, in ms. */
const farewellMs = 5_000;

/** Stops the broker that this task's main step started, and sees to it that nothing is left. */
export async function leaveBroker(
  brokerId: string,
  tempDirectory: string,
  world: LeaveWorld,
): Promise<Leaving> {
  const directory = stateDirectoryIn(tempDirectory);
  const text = await world.files.read(directory.stateFile);
  const state = text === undefined ? undefined : readBrokerState(text);
  if (state?.brokerId !== brokerId) return { ended: 'before' };
  const report = (await world.reach(state).ask('stop', {})) as BrokerReport | undefined;
  const isGone = await goesWithin(state, report === undefined ? 0 : farewellMs, world);
  const wasAlive = !isGone || report !== undefined;
  if (!isGone) await endByForce(state, world);
  await world.files.remove(directory.root);
  if (report !== undefined) return { ended: 'now', report };
  return { ended: wasAlive ? 'by force' : 'before' };
}
