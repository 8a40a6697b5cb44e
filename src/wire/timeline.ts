import { isObject, parsed } from '../json-text.ts';
import type { Files } from '../ports.ts';

/**
 * What the tokens of one job did, as the results tab reads it: `tab/timeline.schema.json` explains
 * each field. Names that end in S are whole seconds since `startedOn`.
 */
export interface TimelineRecord {
  readonly schema: typeof timelineSchema;
  /** Version of the extension. */
  readonly product: string;
  /** ISO 8601, whole seconds. */
  readonly startedOn: string;
  readonly untilS: number;
  readonly tokenEndsS?: number | undefined;
  readonly isComplete: boolean;
  readonly brokers: readonly {
    readonly fromS: number;
    readonly untilS: number;
    readonly end: 'asked to' | 'unknown';
  }[];
  readonly connections: readonly ConnectionTimeline[];
  readonly warnings: readonly TimelineWarning[];
  /** What did not fit: counted, not listed. */
  readonly left: Readonly<Record<TimelinePart, number>>;
}

export interface ConnectionTimeline {
  readonly name: string;
  readonly fromS: number;
  readonly untilS?: number | undefined;
  readonly lanes: readonly LaneTimeline[];
  readonly answers: {
    readonly bucketS: number;
    /** Rows of bucket, answers, refusals among them, longest wait in ms. */
    readonly kinds: Readonly<Record<string, readonly (readonly number[])[]>>;
  };
  readonly longestWait?:
    { readonly ms: number; readonly atS: number; readonly kind: string } | undefined;
}

export interface LaneTimeline {
  readonly token: 'id' | 'access';
  readonly scope?: string | undefined;
  /** In hand from, good until. */
  readonly tokens: readonly (readonly number[])[];
  /** From, until, how many tokens. */
  readonly spans: readonly (readonly number[])[];
  readonly episodes: readonly EpisodeTimeline[];
}

/** From the first failure to get a token until the next success. */
export interface EpisodeTimeline {
  readonly fromS: number;
  readonly untilS?: number | undefined;
  readonly code: string;
  readonly failures: number;
  readonly retryAfterS?: number | undefined;
  readonly throttled?: boolean | undefined;
}

export interface TimelineWarning {
  readonly code: 'ISSUER_RETIRES' | 'CLOCK_AHEAD' | 'CLOCK_BEHIND' | 'FILE_NOT_WRITTEN';
  readonly atS: number;
  readonly connection: number;
  readonly seconds?: number | undefined;
}

export type TimelinePart = 'tokens' | 'episodes' | 'answers' | 'lanes' | 'connections';

export const timelineSchema = 'workload-identity.timeline/1';

/** The longest text of a record, in bytes. */
export const maxTimelineBytes = 512_000;

/**
 * A record that a broker has left in its journal, or answers; undefined for anything else. Its fields
 * are checked as far as a successor goes on with them: the page checks each of them again.
 */
export function readTimelineRecord(value: unknown): TimelineRecord | undefined {
  if (!isObject(value)) return undefined;
  const record: Partial<Record<keyof TimelineRecord, unknown>> = value;
  const isOne =
    record.schema === timelineSchema &&
    typeof record.startedOn === 'string' &&
    !Number.isNaN(Date.parse(record.startedOn)) &&
    isCount(record.untilS) &&
    [record.brokers, record.connections, record.warnings].every(Array.isArray) &&
    (record.connections as readonly unknown[]).every(isConnection) &&
    (record.warnings as readonly unknown[]).every(isObject) &&
    (record.brokers as readonly unknown[]).every(isObject) &&
    isObject(record.left);
  return isOne ? (value as unknown as TimelineRecord) : undefined;
}

/** The same from its text. */
export function parseTimelineRecord(text: string): TimelineRecord | undefined {
  return Buffer.byteLength(text) > maxTimelineBytes ? undefined : readTimelineRecord(parsed(text));
}

/** What a broker had written down in this file, if it did. */
export async function writtenTimeline(
  file: string,
  files: Pick<Files, 'read'>,
): Promise<TimelineRecord | undefined> {
  const text = await files.read(file).catch(() => undefined);
  return text === undefined ? undefined : parseTimelineRecord(text);
}

function isConnection(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { name, fromS, lanes, answers } = value as Partial<ConnectionTimeline>;
  return (
    typeof name === 'string' &&
    isCount(fromS) &&
    Array.isArray(lanes) &&
    lanes.every(isLane) &&
    isCount(answers?.bucketS) &&
    // Buckets are widened by doubling them.
    answers?.bucketS !== 0 &&
    Object.values(answers?.kinds ?? {}).every((rows) => areRows(rows, 4))
  );
}

function isLane(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { tokens, spans, episodes } = value as Partial<LaneTimeline>;
  return (
    areRows(tokens, 2) && areRows(spans, 3) && Array.isArray(episodes) && episodes.every(isObject)
  );
}

function areRows(value: unknown, width: number): boolean {
  return (
    Array.isArray(value) &&
    value.every((row) => Array.isArray(row) && row.length === width && row.every(isCount))
  );
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}
