import { Misfit, integer, listOf, object, or, textOf, type Reader } from './foreign.ts';

/** What of a record of Azure DevOps' own timeline of a run counts here; empty where it says nothing. */
export interface RunRecord {
  readonly id: string;
  readonly parentId: string;
  readonly type: string;
  readonly name: string;
  readonly identifier: string;
  readonly attempt: number;
  readonly state: string;
  readonly result: string;
  readonly task: { readonly id: string };
  /** Where earlier attempts have timelines of their own. */
  readonly previousAttempts: readonly { readonly timelineId: string }[];
}

/** Where an attachment hangs: on the record of the step that attached it. */
export interface AttachmentPlace {
  readonly timelineId: string;
  readonly recordId: string;
  readonly name: string;
}

/** One attempt of one job. */
export interface Job {
  /** Differs between two jobs and two attempts of one. */
  readonly key: string;
  readonly name: string;
  /** Absent where the run has but one that nobody named. */
  readonly stage: string | undefined;
  readonly attempt: number;
  readonly isLatest: boolean;
  readonly isRunning: boolean;
  /** In words, for example `failed`. */
  readonly result: string;
  readonly hasFailed: boolean;
  readonly attachments: readonly AttachmentPlace[];
}

/** From a job's step to its stage it is four records; more is a circle. */
const maxAncestors = 10;

function id(value: unknown): string {
  const found = text(value).toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(found)) return found;
  throw new Misfit('it is no ID');
}

const text = textOf(1_000);
const textOrNone = or(text, '');
const idOrNone = or(id, '');

/** Reads those items of a list that fit; what is no list has none. */
function fitting<T>(read: Reader<T>): Reader<readonly T[]> {
  const items = listOf(or(read, undefined));
  return or((value) => items(value).filter((item) => item !== undefined), []);
}

const taskOrNone = or(object({ id: idOrNone }), { id: '' });

const records: Reader<readonly RunRecord[]> = fitting(
  object({
    id,
    parentId: idOrNone,
    type: textOrNone,
    name: textOrNone,
    identifier: textOrNone,
    attempt: or(integer, 1),
    state: textOrNone,
    result: textOrNone,
    task: taskOrNone,
    previousAttempts: fitting(object({ timelineId: id })),
  }),
);

/** The records of an answer of Azure DevOps; whatever has not their form is left out. */
export const readRecords: Reader<readonly RunRecord[]> = (body) => answer(body).records;

const attachment = object({
  name: textOrNone,
  _links: object({ self: object({ href: text }) }),
});

const places: Reader<readonly AttachmentPlace[]> = fitting((value) => {
  const { name, _links } = attachment(value);
  const [, timelineId, recordId] =
    /\/builds\/\d+\/([^/]+)\/([^/]+)\/attachments\//i.exec(_links.self.href) ?? [];
  return { timelineId: id(timelineId), recordId: id(recordId), name };
});

/** The places of the attachments of an answer of Azure DevOps, which stand in their links only. */
export const readPlaces: Reader<readonly AttachmentPlace[]> = (body) => answer(body).value;

const answer = or(object({ records, value: places }), { records: [], value: [] });

/**
 * The jobs that have a record of their tokens, or one of our tasks; failed ones of the last attempt
 * first, earlier attempts last.
 * @param timelines the records of the run by timeline, the current one first.
 */
export function jobsOf(
  timelines: ReadonlyMap<string, readonly RunRecord[]>,
  places: readonly AttachmentPlace[],
  isOurs: (taskId: string) => boolean,
): readonly Job[] {
  const indexes = new Map([...timelines].map(([key, records]) => [key, indexOf(records)]));
  const found = new Map<string, Found>();
  const foundFor = (id: string, index: Index | undefined): Found | undefined => {
    const job = index && ancestor(id, 'Job', index);
    return job && found.get(keyOf(job));
  };
  for (const index of indexes.values()) {
    for (const job of index.values()) {
      const key = keyOf(job);
      if (job.type === 'Job' && !found.has(key))
        found.set(key, { job, stage: ancestor(job.id, 'Stage', index), attachments: [] });
    }
    for (const { id, task } of index.values()) {
      const known = isOurs(task.id) && foundFor(id, index);
      if (known) known.isOurs = true;
    }
  }
  const strangers: Job[] = [];
  for (const place of places) {
    const { recordId, timelineId } = place;
    const candidates = [indexes.get(timelineId), ...indexes.values()];
    const known = foundFor(
      recordId,
      candidates.find((index) => index?.has(recordId)),
    );
    if (known) known.attachments.push(place);
    else strangers.push(stranger(place));
  }
  const shown = [...found.values()].filter(
    (each) => each.isOurs === true || each.attachments.length > 0,
  );
  return [...shown.map((each) => asJob(each, shown)).sort(byUrgency), ...strangers];
}

interface Found {
  readonly job: RunRecord;
  readonly stage: RunRecord | undefined;
  readonly attachments: AttachmentPlace[];
  isOurs?: boolean;
}

/** The records of a timeline by their IDs. */
type Index = ReadonlyMap<string, RunRecord>;

function indexOf(records: readonly RunRecord[]): Index {
  return new Map(records.map((record) => [record.id, record]));
}

/** The record itself or the nearest above it that is of a type. */
function ancestor(id: string, type: string, index: Index): RunRecord | undefined {
  let found = index.get(id);
  for (let step = 0; step < maxAncestors && found !== undefined; step += 1) {
    if (found.type === type) return found;
    found = index.get(found.parentId);
  }
  return undefined;
}

function asJob({ job, stage, attachments }: Found, all: readonly Found[]): Job {
  const same = all.filter(
    (other) => other.job.identifier === job.identifier && job.identifier !== '',
  );
  const latest = Math.max(job.attempt, ...same.map((other) => other.job.attempt));
  const isRunning = job.state !== '' && job.state !== 'completed';
  return {
    key: keyOf(job),
    name: job.name === '' || job.name === '__default' ? 'Job' : job.name,
    stage: stage?.name === '__default' ? undefined : stage?.name,
    attempt: job.attempt,
    isLatest: job.attempt === latest,
    isRunning,
    result: isRunning ? 'running' : resultWords(job.result),
    hasFailed: ['failed', 'canceled', 'abandoned'].includes(job.result),
    attachments,
  };
}

function stranger(place: AttachmentPlace): Job {
  return {
    key: `${place.timelineId}/${place.recordId}`,
    name: 'A job that the timeline of this run does not name',
    stage: undefined,
    attempt: 1,
    isLatest: false,
    isRunning: false,
    result: 'result unknown',
    hasFailed: false,
    attachments: [place],
  };
}

function resultWords(result: string): string {
  if (result === 'succeededWithIssues') return 'succeeded with issues';
  return /^[a-z]{1,20}$/.test(result) ? result : 'result unknown';
}

/** In the order of the run, but the last attempts first, and among them those that failed. */
function byUrgency(a: Job, b: Job): number {
  const rank = ({ isLatest, hasFailed }: Job): number => (isLatest ? 0 : 2) + (hasFailed ? 0 : 1);
  return rank(a) - rank(b);
}

function keyOf({ id, attempt }: RunRecord): string {
  return `${id}/${attempt}`;
}
