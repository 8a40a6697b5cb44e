import { isObject, type Fields } from './foreign.ts';

/** What of a record of Azure DevOps' own timeline of a run counts here. */
export interface RunRecord {
  readonly id: string;
  readonly parentId: string;
  readonly type: string;
  readonly name: string;
  readonly identifier: string;
  readonly attempt: number;
  readonly state: string;
  readonly result: string;
  readonly order: number;
  readonly taskId: string;
  /** Timelines of earlier attempts. */
  readonly previousTimelines: readonly string[];
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

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** From a job's step to its stage it is four records; more is a circle. */
const maxAncestors = 10;

/** The records of an answer of Azure DevOps; whatever has not their form is left out. */
export function readRecords(body: unknown): readonly RunRecord[] {
  return list(body, 'records').flatMap((each) => {
    const record = fieldsOf(each);
    const id = idOf(record['id']);
    if (id === undefined) return [];
    return {
      id,
      parentId: idOf(record['parentId']) ?? '',
      type: text(record['type']),
      name: text(record['name']),
      identifier: text(record['identifier']),
      attempt: number(record['attempt']) ?? 1,
      state: text(record['state']),
      result: text(record['result']),
      order: number(record['order']) ?? 0,
      taskId: idOf(fieldsOf(record['task'])['id']) ?? '',
      previousTimelines: list(record, 'previousAttempts').flatMap(
        (attempt) => idOf(fieldsOf(attempt)['timelineId']) ?? [],
      ),
    };
  });
}

/** The places of the attachments of an answer of Azure DevOps, which stand in their links only. */
export function readPlaces(body: unknown): readonly AttachmentPlace[] {
  return list(body, 'value').flatMap((each) => {
    const attachment = fieldsOf(each);
    const links = fieldsOf(attachment['_links']);
    const address = text(fieldsOf(links['self'])['href']);
    const [, timelineId, recordId] =
      /\/builds\/\d+\/([0-9a-f-]{36})\/([0-9a-f-]{36})\/attachments\//i.exec(address) ?? [];
    const [timeline, record] = [idOf(timelineId), idOf(recordId)];
    if (timeline === undefined || record === undefined) return [];
    return { timelineId: timeline, recordId: record, name: text(attachment['name']) };
  });
}

/**
 * The jobs that have a record of their tokens, or one of our tasks; failed ones of the last attempt
 * first, earlier attempts last.
 * @param timelines the records of the run by timeline, the current one first.
 */
export function jobsOf(
  timelines: ReadonlyMap<string, readonly RunRecord[]>,
  places: readonly AttachmentPlace[],
  ourTasks: ReadonlySet<string>,
): readonly Job[] {
  const found = new Map<string, Found>();
  for (const records of timelines.values()) {
    const byId = new Map(records.map((record) => [record.id, record]));
    for (const record of records) {
      if (record.type !== 'Job') continue;
      const key = keyOf(record);
      if (!found.has(key))
        found.set(key, { job: record, stage: stageOf(record, byId), attachments: [] });
    }
    for (const { taskId, ...record } of records) {
      if (!ourTasks.has(taskId)) continue;
      const job = ancestor(record, 'Job', byId);
      const known = job && found.get(keyOf(job));
      if (known) known.isOurs = true;
    }
  }
  const strangers: Job[] = [];
  for (const place of places) {
    const job = jobAt(place, timelines);
    const known = job && found.get(keyOf(job));
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

function jobAt(
  { timelineId, recordId }: AttachmentPlace,
  timelines: ReadonlyMap<string, readonly RunRecord[]>,
): RunRecord | undefined {
  const own = timelines.get(timelineId);
  for (const records of own === undefined ? timelines.values() : [own, ...timelines.values()]) {
    const byId = new Map(records.map((record) => [record.id, record]));
    const record = byId.get(recordId);
    if (record !== undefined) return ancestor(record, 'Job', byId);
  }
  return undefined;
}

function ancestor(
  record: Pick<RunRecord, 'id' | 'type' | 'parentId'>,
  type: string,
  byId: ReadonlyMap<string, RunRecord>,
): RunRecord | undefined {
  let id = record.id;
  for (let step = 0; step < maxAncestors; step += 1) {
    const found = byId.get(id);
    if (found === undefined || found.type === type) return found;
    id = found.parentId;
  }
  return undefined;
}

function stageOf(job: RunRecord, byId: ReadonlyMap<string, RunRecord>): RunRecord | undefined {
  const stage = ancestor(job, 'Stage', byId);
  return stage?.name === '__default' ? undefined : stage;
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
    stage: stage?.name,
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

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function list(value: unknown, name: string): readonly unknown[] {
  const found = fieldsOf(value)[name];
  return Array.isArray(found) ? found : [];
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && guid.test(value) ? value.toLowerCase() : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1_000) : '';
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
