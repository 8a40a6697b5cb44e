import {
  Misfit,
  fieldsOf,
  integer,
  listOf,
  object,
  optional,
  textOf,
  type Reader,
} from './foreign.ts';
import type { Connection, KindOfClient, Lane, Timeline } from './timeline.ts';

/** The record of a job, or why there is none to show. */
export type Reading =
  | { readonly kind: 'timeline'; readonly timeline: Timeline; readonly source: string }
  | { readonly kind: 'newer'; readonly version: number; readonly product: string }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The version of the record that this page reads. */
const readableVersion = 1;

/** Largest number that a record may hold; as seconds, three years. */
const maxNumber = 100_000_000;
const maxCharacters = 200;
const maxConnections = 200;

/** Of a whole record. What a job leaves stays below a third of these. */
const maxParts = { lane: 1_000, row: 30_000, episode: 2_000, warning: 1_000, broker: 1_000 };
type Part = keyof typeof maxParts;

/** Reads a record that anybody may have written: whatever does not fit its schema is refused. */
export function readTimeline(source: string): Reading {
  try {
    const record: unknown = JSON.parse(source);
    const { schema, product } = head(record);
    const [, digits] = /^workload-identity\.timeline\/(\d{1,4})$/.exec(schema) ?? [];
    if (digits === undefined) throw new Misfit('its schema is another one');
    const version = Number(digits);
    return version > readableVersion
      ? { kind: 'newer', version, product }
      : { kind: 'timeline', timeline: timelineOf(record), source };
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Misfit ? error.message : 'it is not JSON' };
  }
}

const text = textOf(maxCharacters);

function number(value: unknown): number {
  const found = integer(value);
  if (found >= 0 && found <= maxNumber) return found;
  throw new Misfit('a time or a count is no number that can be');
}

function moment(value: unknown): Date {
  const date = new Date(text(value));
  const year = date.getUTCFullYear();
  // Beyond these years a date of JavaScript has no usual form, or times added to it have none.
  if (year >= 2000 && year <= 9000) return date;
  throw new Misfit('its start is no date');
}

const known = optional(number, undefined);
const leftOut = optional(number, 0);
const head = object({ schema: text, product: text });
const left = object({
  tokens: leftOut,
  episodes: leftOut,
  answers: leftOut,
  lanes: leftOut,
  connections: leftOut,
});

function timelineOf(record: unknown): Timeline {
  const all = counting();
  const timeline = object({
    startedOn: moment,
    untilS: number,
    tokenEndsS: known,
    isComplete: (value) => value === true,
    brokers: all('broker', object({ fromS: number, untilS: number })),
    connections: listOf((value) => value),
    warnings: all(
      'warning',
      object({ code: text, atS: number, connection: known, seconds: known }),
    ),
    left: (value) => left(value ?? {}),
  })(record);
  const { connections, untilS } = timeline;
  const tooMany = Math.max(0, connections.length - maxConnections);
  return {
    ...timeline,
    connections: connections.slice(0, maxConnections).map(connectionReader(all, untilS)),
    left: { ...timeline.left, connections: timeline.left.connections + tooMany },
  };
}

/** Reads all parts of a kind. */
type ReaderOfAll = <T>(part: Part, read: Reader<T>) => Reader<readonly T[]>;

/** Counts the parts of one record: what is drawn later must not take the page down. */
function counting(): ReaderOfAll {
  const room = { ...maxParts };
  return (part, read) =>
    listOf((item) => {
      room[part] -= 1;
      if (room[part] < 0) throw new Misfit(`it holds more than ${maxParts[part]} of a part`);
      return read(item);
    });
}

function connectionReader(all: ReaderOfAll, endS: number): Reader<Connection> {
  /** Rows of so many numbers each, in the order of their first. */
  const rows = <Row extends readonly number[]>(width: Row['length']): Reader<readonly Row[]> => {
    const isRow = (row: readonly number[]): row is Row => row.length === width;
    const read = all('row', listOf(number));
    return (value) => {
      const found = read(value);
      if (!found.every(isRow)) throw new Misfit('a row has a wrong length');
      return [...found].sort(([a = 0], [b = 0]) => a - b);
    };
  };
  const buckets = rows<KindOfClient['buckets'][number]>(4);
  const lane = object({
    token: text,
    scope: optional(text, undefined),
    tokens: rows<Lane['tokens'][number]>(2),
    spans: optional(rows<Lane['spans'][number]>(3), []),
    episodes: all(
      'episode',
      object({
        fromS: number,
        untilS: known,
        code: text,
        failures: number,
        retryAfterS: optional(number, 0),
        throttled: (value) => value === true,
      }),
    ),
  });
  const connection = object({
    name: text,
    fromS: number,
    untilS: optional(number, endS),
    lanes: all('lane', (value) => {
      const { token, scope, ...rest } = lane(value);
      if (token === 'id') return { ...rest, scope: undefined };
      if (token === 'access' && scope !== undefined) return { ...rest, scope };
      throw new Misfit('a token is of an unknown kind');
    }),
    answers: object({
      bucketS: number,
      kinds: (value) =>
        Object.entries(fieldsOf(value)).map(([name, rest]) => ({
          name: text(name),
          buckets: buckets(rest),
        })),
    }),
    longestWait: optional(object({ ms: number, atS: number, kind: text }), undefined),
  });
  return (value) => {
    const { answers, ...rest } = connection(value);
    return { ...rest, kinds: answers.kinds, bucketS: Math.max(1, answers.bucketS) };
  };
}
