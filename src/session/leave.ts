import { stateDirectoryIn } from '../delivery/files/state-directory.ts';
import { asFederationError, type FederationError } from '../errors.ts';
import type { Clock, Files, Processes } from '../ports.ts';
import { readSealedState, type SealingJob } from '../wire/broker-state.ts';
import type { LastWords } from '../wire/last-words.ts';
import type { BrokerReport, Farewell } from '../wire/report.ts';
import { readTimelineRecord, writtenTimeline, type TimelineRecord } from '../wire/timeline.ts';
import { endByForce, goesWithin } from './broker-process.ts';
import { lastWordsIn } from './last-words.ts';
import { askBroker, type Reach } from './running-broker.ts';

export interface LeaveWorld {
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly reach: Reach;
}

/** How the broker of a job ended. */
export type Leaving = {
  /** Why files of it remain; absent where none do. */
  readonly remains?: FederationError;
  /** What it left when it died of an error of its own. */
  readonly lastWords?: LastWords;
  /** What the tokens of the job did: by the broker's own answer, or as far as it had written. */
  readonly timeline?: TimelineRecord | undefined;
} & (
  | { readonly ended: 'now'; readonly report: BrokerReport }
  /** It did not answer and was ended by force. */
  | { readonly ended: 'by force' }
  /** It did not answer, and nothing proves which process it is; it ends without its state file. */
  | { readonly ended: 'later' }
  /** It was gone already, or another broker has taken its place. */
  | { readonly ended: 'before' }
  /** Its files are gone; if it still runs, it ends when it sees that. */
  | { readonly ended: 'unseen' }
);

/** How long a broker may take to clean up after itself, in ms. */
const farewellMs = 5_000;

/** Stops the broker that this task's main step started, and sees to it that nothing is left. */
export async function leaveBroker(
  brokerId: string,
  { job, tempDirectory }: { readonly job: SealingJob; readonly tempDirectory: string },
  world: LeaveWorld,
): Promise<Leaving> {
  const directory = stateDirectoryIn(tempDirectory);
  const text = await world.files.read(directory.stateFile);
  if (text === undefined) return { ended: 'unseen' };
  const state = readSealedState(text, job);
  if (state?.brokerId !== brokerId) return { ended: 'before' };
  const report = (await askBroker(state, 'stop', {}, world.reach)) as Farewell | undefined;
  const isGone = await goesWithin(state, report === undefined ? 0 : farewellMs, world);
  const isForced = !isGone && (await endByForce(state, world));
  const lastWords = await lastWordsIn(directory, brokerId, world.files);
  const timeline =
    readTimelineRecord(report?.timeline) ??
    (await writtenTimeline(directory.timelineFile, world.files));
  const remains = await world.files.remove(directory.root).then(
    () => ({}),
    (error: unknown) => ({ remains: asFederationError(error) }),
  );
  const left = { ...remains, ...(lastWords === undefined ? {} : { lastWords }), timeline };
  if (report !== undefined) return { ended: 'now', report, ...left };
  if (isGone) return { ended: 'before', ...left };
  return { ended: isForced ? 'by force' : 'later', ...left };
}
