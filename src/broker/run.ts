import { stateDirectoryIn } from '../delivery/files/state-directory.ts';
import {
  errorAnswer,
  type LoopbackAnswer,
  type LoopbackRequest,
} from '../delivery/loopback/loopback-request.ts';
import { asFederationError, toFailure } from '../errors.ts';
import type { Processes } from '../ports.ts';
import { isOf, ownerOf } from '../wire/broker-state.ts';
import type { RegistrationAnswer } from '../wire/messages.ts';
import type { BrokerSettings, StartMessage } from '../wire/start-message.ts';
import { writtenTimeline, type TimelineRecord } from '../wire/timeline.ts';
import { Broker, type BrokerPlace, type KeepingWorld } from './broker.ts';
import { JobWatch, type End } from './job-watch.ts';
import { answer, type RouteParts } from './routes.ts';

/** A listener on 127.0.0.1, as the world makes it. */
export interface LoopbackListener {
  readonly port: number;
  /** Stops listening, lets answers leave for a moment, then cuts every connection. */
  close(): Promise<void>;
}

/** What the background process asks of the world beyond what the broker itself does. */
export interface ProcessWorld extends KeepingWorld {
  readonly processes: Processes;
  /** This process. */
  readonly pid: number;
  /** Version of the extension. */
  readonly product: string;
  /**
   * Listens on the wanted port, or on another one if that is taken.
   * @param handle never rejects.
   */
  listen(
    wantedPort: number | undefined,
    handle: (request: LoopbackRequest) => Promise<LoopbackAnswer>,
  ): Promise<LoopbackListener>;
  /** Answers the task that started this process, and lets go of it. */
  answerTask(answer: RegistrationAnswer): Promise<void>;
  /** Fires when the system asks this process to end. */
  readonly terminated: AbortSignal;
  /** Rejects with the first error that nothing in this process has caught. */
  readonly crashed: Promise<never>;
}

/** How often the end of the job is looked for, and with it the longest sleep, in ms. */
const watchMs = 8_000;

/** Minimum pause between two rounds of the loop, in ms. */
const minRestMs = 100;

/**
 * The whole life of the background process, from the start message to the last file removed.
 * @throws what nobody foresaw: then its last words lie beside its state, for the next task of the job.
 */
export async function runBroker(
  { settings, connection }: StartMessage,
  world: ProcessWorld,
): Promise<End> {
  const stop = new AbortController();
  const ending = AbortSignal.any([stop.signal, world.terminated]);
  const controlCapability = world.chance.capability();
  const held: { broker?: Broker } = {};
  const listener = await world.listen(settings.port, (request) =>
    held.broker === undefined
      ? Promise.resolve({ status: 503, body: '{}', headers: { connection: 'close' } })
      : answerSafely(request, {
          broker: held.broker,
          address: `127.0.0.1:${listener.port}`,
          controlCapability,
          clock: world.clock,
          stop: () => stop.abort(),
        }),
  );
  let isDying = false;
  try {
    const place = { port: listener.port, process: await ownProcess(world), controlCapability };
    const broker = await claim(settings, place, world);
    held.broker = broker;
    const isKept = await begin(broker, connection, world);
    const life = isKept ? keep(broker, settings, world, ending) : Promise.resolve<End>('asked to');
    return await Promise.race([life, world.crashed]);
  } catch (error) {
    const { broker } = held;
    // Its state stays too: by it the next task starts a successor for the same connections.
    isDying = broker !== undefined;
    await broker?.unforeseen.died(error, broker.directory.lastWordsFile);
    throw error;
  } finally {
    await listener.close();
    await held.broker?.close();
    if (!isDying) await removeOwnState(settings, world);
  }
}

/** An error in a route ends neither the broker nor the job: the report at its end says where it was. */
async function answerSafely(request: LoopbackRequest, parts: RouteParts): Promise<LoopbackAnswer> {
  try {
    return await answer(request, parts);
  } catch (error) {
    parts.broker.unforeseen.survived(error);
    return errorAnswer(500, 'unexpected', 'The broker failed; the log of the job says where.');
  }
}

/**
 * Makes the broker, and the state directory its own before anything else lies there: one that is
 * replaced sees that it is, and takes nothing away.
 */
async function claim(
  settings: BrokerSettings,
  place: BrokerPlace,
  world: ProcessWorld,
): Promise<Broker> {
  try {
    const earlier = await earlierTimeline(settings, world);
    const broker = new Broker(settings, place, world, { product: world.product, earlier });
    await broker.claimDirectory();
    return broker;
  } catch (error) {
    await world.answerTask({ failure: toFailure(asFederationError(error)) });
    throw error;
  }
}

/** What a broker of this job wrote down that this one follows; anybody else's is left alone. */
async function earlierTimeline(
  { stateDirectory, port }: BrokerSettings,
  { files }: ProcessWorld,
): Promise<TimelineRecord | undefined> {
  if (port === undefined) return undefined;
  const { timelineFile } = stateDirectoryIn(stateDirectory);
  return writtenTimeline(timelineFile, files);
}

/** Whether there is anything to keep: with nobody signed in, the process has no purpose. */
async function begin(
  broker: Broker,
  connection: StartMessage['connection'],
  world: ProcessWorld,
): Promise<boolean> {
  try {
    await world.answerTask({ registration: await broker.register(connection) });
  } catch (error) {
    const failure = toFailure(asFederationError(error));
    await world.answerTask({ failure, keepsRunning: !broker.isEmpty });
  }
  return !broker.isEmpty;
}

async function keep(
  broker: Broker,
  settings: StartMessage['settings'],
  world: ProcessWorld,
  asked: AbortSignal,
): Promise<End> {
  const { stateFile, root } = broker.directory;
  const { brokerId, worker } = settings;
  const jobWatch = new JobWatch({ brokerId, stateFile, worker, world });
  const overtaken = new AbortController();
  let end: End | undefined;
  // Where the system says that files go, nobody has to wait for the next round.
  const unwatch = world.folders.watch(root, () => {
    void jobWatch.endOfJob().then((found) => {
      end ??= found;
      if (end !== undefined) overtaken.abort();
    });
  });
  try {
    const ending = AbortSignal.any([asked, overtaken.signal]);
    return (await rounds(broker, jobWatch, world, ending)) ?? end ?? 'asked to';
  } finally {
    unwatch();
  }
}

/** Tends the broker until the job ends; undefined where `ending` fires. */
async function rounds(
  broker: Broker,
  jobWatch: JobWatch,
  { clock }: ProcessWorld,
  ending: AbortSignal,
): Promise<End | undefined> {
  let watchedAt = clock.monotonicMs();
  for (;;) {
    const watchInMs = watchedAt + watchMs - clock.monotonicMs();
    const restMs = Math.max(Math.min(broker.dueInMs(), watchInMs), minRestMs);
    await clock.sleep(restMs, ending);
    if (ending.aborted) return undefined;
    // Not awaited: a slow answer upstream must not keep the job watch from its round.
    void broker.tend();
    if (clock.monotonicMs() - watchedAt < watchMs) continue;
    watchedAt = clock.monotonicMs();
    const end = await jobWatch.endOfJob();
    if (end !== undefined) return end;
  }
}

/** Leaves the directory alone when another broker has taken it over, or nobody can say. */
async function removeOwnState(
  { stateDirectory, brokerId }: BrokerSettings,
  { files }: ProcessWorld,
): Promise<void> {
  const { root, stateFile } = stateDirectoryIn(stateDirectory);
  const owner = await ownerOf(stateFile, files).catch(() => ({ kind: 'unreadable' }) as const);
  if (owner.kind !== 'none' && !isOf(owner, brokerId)) return;
  // On a disk that takes nothing it stays; the step that stops this broker says so.
  await files.remove(root).catch(() => undefined);
}

async function ownProcess({
  pid,
  processes,
}: ProcessWorld): Promise<{ pid: number; identity: string }> {
  return { pid, identity: (await processes.identity(pid)) ?? '' };
}
