import {
  getAccessToken,
  getConfiguration,
  getService,
  init,
  notifyLoadSucceeded,
  ready,
  resize,
} from 'azure-devops-extension-sdk';
import { remedies, taskIds } from 'generated';
import { Refusal, RunReader, type RunAddress } from './azure-devops.ts';
import { integer, object, textOf } from './foreign.ts';
import { jobsOf, type AttachmentPlace, type Job, type RunRecord } from './jobs.ts';
import { wordsOnly, type JobView, type RecordView } from './page.ts';
import { readTimeline } from './read-timeline.ts';
import { Screen } from './screen.ts';

/** How long Azure DevOps may take to answer the page's own questions, in ms. */
const hostTimeoutMs = 10_000;

/** While a run goes on, the page looks again this often, in ms. */
const lookAgainMs = 60_000;

/** Requests at a time, and in all. */
const maxAtATime = 6;
const maxAttachments = 200;
const maxTimelines = 50;

/** Addresses are shorter, in characters. */
const text = textOf(1_000);

const screen = new Screen(remedies, () => {
  // A wish of the host's only: the page scrolls by itself where it is not granted.
  resize();
});

void show();

async function show(): Promise<void> {
  screen.show(wordsOnly('Reading what the tokens of this run did …'));
  try {
    void init({ loaded: false });
    await within(ready(), 'Azure DevOps did not open the conversation with this page: reload it.');
    // From here on the page speaks for itself: the host shows no spinner over its words.
    void notifyLoadSucceeded();
    await load(new RunReader(await runAddress(), getAccessToken));
  } catch (error) {
    screen.show(wordsOnly(reason(error)));
  }
}

/** Reads the run and shows it; again, now and then, until it has ended. */
async function load(reader: RunReader): Promise<void> {
  const [places, current] = await Promise.all([reader.places(), reader.records()]);
  const { timelines, unread } = await earlierTimelines(reader, current, places);
  const jobs = jobsOf(timelines, places.slice(0, maxAttachments), (id) =>
    taskIds.includes(id.slice(0, 8)),
  );
  const notes = notesOn(jobs, current, places.length, unread);
  const records = new Map<AttachmentPlace, RecordView>();
  const views = (): readonly JobView[] =>
    jobs.map((job) => ({
      job,
      records: job.attachments.map((place) => records.get(place) ?? { kind: 'waiting' }),
    }));
  screen.showJobs(views(), notes);
  const wanted = jobs.flatMap(({ attachments }) => attachments);
  if (wanted.length > 0) {
    await eachOf(wanted, async (place) => {
      records.set(place, await recordAt(place, reader));
    });
    screen.showJobs(views(), notes);
  }
  if (isGoingOn(current)) setTimeout(() => void loadAgain(reader), lookAgainMs);
}

/** What is on the page stays there, if there is nothing new to be had. */
async function loadAgain(reader: RunReader): Promise<void> {
  try {
    if (document.visibilityState === 'visible') {
      await load(reader);
      return;
    }
  } catch {
    // The next look may see more.
  }
  setTimeout(() => void loadAgain(reader), lookAgainMs);
}

async function recordAt(place: AttachmentPlace, reader: RunReader): Promise<RecordView> {
  try {
    return readTimeline(await reader.attachment(place));
  } catch (error) {
    return { kind: 'failed', why: reason(error) };
  }
}

/** The timelines of earlier attempts, as far as they can be read. */
async function earlierTimelines(
  reader: RunReader,
  current: readonly RunRecord[],
  places: readonly AttachmentPlace[],
): Promise<{ timelines: Map<string, readonly RunRecord[]>; unread: number }> {
  const timelines = new Map<string, readonly RunRecord[]>([['current', current]]);
  const ids = new Set(current.map(({ id }) => id));
  const missing = places.filter(({ recordId }) => !ids.has(recordId));
  const named = [...missing, ...current.flatMap(({ previousAttempts }) => previousAttempts)];
  let unread = 0;
  await eachOf(
    [...new Set(named.map(({ timelineId }) => timelineId))].slice(0, maxTimelines),
    async (id) => {
      try {
        timelines.set(id, await reader.records(id));
      } catch {
        unread += 1;
      }
    },
  );
  return { timelines, unread };
}

function notesOn(
  jobs: readonly Job[],
  current: readonly RunRecord[],
  attachments: number,
  unread: number,
): readonly string[] {
  const notes: string[] = [];
  if (isGoingOn(current))
    notes.push('The run goes on: its jobs leave their records when they end.');
  else if (jobs.length === 0)
    notes.push('No job of this run used a task of this extension, or left a record of its tokens.');
  if (attachments > maxAttachments)
    notes.push(`The run has ${attachments} records; this page shows the first ${maxAttachments}.`);
  if (unread > 0)
    notes.push(
      'Azure DevOps did not show an earlier attempt of this run: its jobs may be missing here.',
    );
  return notes;
}

function isGoingOn(records: readonly RunRecord[]): boolean {
  return records.some(({ type, state }) => type === 'Job' && state !== '' && state !== 'completed');
}

/** Which run the page stands in. */
async function runAddress(): Promise<RunAddress> {
  const [build, project, root] = await within(
    Promise.all([buildId(), projectId(), serviceRoot()]),
    'Azure DevOps did not say which run this is: reload the page.',
  );
  return { build, project, root };
}

const buildReader = object({ id: integer });

/** From the page's own service; from the tab's configuration where there is none. */
async function buildId(): Promise<number> {
  try {
    const page = await answerOf('ms.vss-build-web.build-page-data-service', 'getBuildPageData');
    return object({ build: buildReader })(page).build.id;
  } catch {
    // Older servers have the other way only.
  }
  const { onBuildChanged } = getConfiguration() as { onBuildChanged: (tell: Tell) => void };
  return buildReader(await new Promise((tell: Tell) => onBuildChanged(tell))).id;
}

type Tell = (build: unknown) => void;

async function projectId(): Promise<string> {
  const project = await answerOf('ms.vss-tfs-web.tfs-page-data-service', 'getProject');
  return object({ id: text })(project).id;
}

async function serviceRoot(): Promise<string> {
  return text(await answerOf('ms.vss-features.location-service', 'getServiceLocation'));
}

/** What a service of the page around this one answers. */
async function answerOf(service: string, question: string): Promise<unknown> {
  const functions = await getService<Readonly<Record<string, () => Promise<unknown>>>>(service);
  return functions[question]?.();
}

/** Does work for each item, some at a time; the work never rejects. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: maxAtATime }, worker));
}

function within<T>(work: Promise<T>, trouble: string): Promise<T> {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Refusal(trouble)), hostTimeoutMs);
    work.then(resolve, () => reject(new Refusal(trouble)));
  });
}

function reason(error: unknown): string {
  return error instanceof Refusal
    ? error.message
    : 'This page failed in a way that it did not foresee: reload it.';
}
