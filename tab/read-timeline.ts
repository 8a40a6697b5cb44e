import { Misfit, fieldsOf, listOf, type Fields } from './foreign.ts';
import type { Connection, Episode, KindOfClient, Lane, Timeline, Warning } from './timeline.ts';

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
    const record = fieldsOf(JSON.parse(source));
    const [, digits] =
      /^workload-identity\.timeline\/(\d{1,4})$/.exec(text(record['schema'])) ?? [];
    if (digits === undefined) throw new Misfit('its schema is another one');
    const version = Number(digits);
    const product = text(record['product']);
    if (version > readableVersion) return { kind: 'newer', version, product };
    return { kind: 'timeline', timeline: new TimelineReader().timeline(record), source };
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Misfit ? error.message : 'it is not JSON' };
  }
}

/** Reads one record, and counts its parts: what is drawn later must not take the page down. */
class TimelineReader {
  readonly #left = { ...maxParts };

  timeline(record: Fields): Timeline {
    const untilS = number(record['untilS']);
    const connections = listOf(record['connections']);
    const left = fieldsOf(record['left'] ?? {});
    const leftOut = (name: string): number => number(left[name] ?? 0);
    const tooMany = Math.max(0, connections.length - maxConnections);
    return {
      product: text(record['product']),
      startedOn: moment(record['startedOn']),
      untilS,
      tokenEndsS: optional(record['tokenEndsS']),
      isComplete: record['isComplete'] === true,
      brokers: this.#all('broker', record['brokers'], brokerOf),
      connections: connections
        .slice(0, maxConnections)
        .map((each) => this.#connection(each, untilS)),
      warnings: this.#all('warning', record['warnings'], warningOf),
      left: {
        tokens: leftOut('tokens'),
        episodes: leftOut('episodes'),
        answers: leftOut('answers'),
        lanes: leftOut('lanes'),
        connections: leftOut('connections') + tooMany,
      },
    };
  }

  #connection(value: unknown, endS: number): Connection {
    const connection = fieldsOf(value);
    const answers = fieldsOf(connection['answers']);
    const longest = connection['longestWait'];
    return {
      name: text(connection['name']),
      fromS: number(connection['fromS']),
      untilS: optional(connection['untilS']) ?? endS,
      lanes: this.#all('lane', connection['lanes'], (lane) => this.#lane(lane)),
      bucketS: Math.max(1, number(answers['bucketS'])),
      kinds: Object.entries(fieldsOf(answers['kinds'])).map((kind) => this.#kind(kind)),
      longestWait: longest === undefined ? undefined : waitOf(fieldsOf(longest)),
    };
  }

  #lane(value: unknown): Lane {
    const { token, scope, tokens, spans = [], episodes } = fieldsOf(value);
    if (token !== 'id' && token !== 'access') throw new Misfit('a token is of an unknown kind');
    return {
      scope: token === 'id' ? undefined : text(scope),
      tokens: this.#rows(tokens, 2).map(([fromS = 0, untilS = 0]) => [fromS, untilS]),
      spans: this.#rows(spans, 3).map(([fromS = 0, untilS = 0, n = 0]) => [fromS, untilS, n]),
      episodes: this.#all('episode', episodes, episodeOf),
    };
  }

  #kind([name, buckets]: readonly [string, unknown]): KindOfClient {
    return {
      name: text(name),
      buckets: this.#rows(buckets, 4).map(([index = 0, answers = 0, refused = 0]) => ({
        index,
        answers,
        refused,
      })),
    };
  }

  /** Rows of so many numbers each, in the order of their first. */
  #rows(value: unknown, width: number): readonly (readonly number[])[] {
    const rows = this.#all('row', value, (row) => listOf(row).map(number));
    if (rows.some(({ length }) => length !== width)) throw new Misfit('a row has a wrong length');
    return [...rows].sort(([a = 0], [b = 0]) => a - b);
  }

  #all<T>(part: Part, value: unknown, read: (item: unknown) => T): readonly T[] {
    const items = listOf(value);
    this.#left[part] -= items.length;
    if (this.#left[part] < 0) throw new Misfit(`it holds more than ${maxParts[part]} of a part`);
    return items.map(read);
  }
}

function brokerOf(value: unknown): Timeline['brokers'][number] {
  const { fromS, untilS, end } = fieldsOf(value);
  return { fromS: number(fromS), untilS: number(untilS), end: text(end) };
}

function waitOf({ ms, atS, kind }: Fields): Connection['longestWait'] {
  return { ms: number(ms), atS: number(atS), kind: text(kind) };
}

function episodeOf(value: unknown): Episode {
  const { fromS, untilS, code, failures, retryAfterS, throttled } = fieldsOf(value);
  return {
    fromS: number(fromS),
    untilS: optional(untilS),
    code: text(code),
    failures: number(failures),
    retryAfterS: optional(retryAfterS) ?? 0,
    isThrottled: throttled === true,
  };
}

function warningOf(value: unknown): Warning {
  const { code, atS, connection, seconds } = fieldsOf(value);
  return {
    code: text(code),
    atS: number(atS),
    connection: optional(connection),
    seconds: optional(seconds),
  };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Misfit('a name is no text');
  return value.length > maxCharacters ? `${value.slice(0, maxCharacters)}…` : value;
}

function number(value: unknown): number {
  if (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxNumber)
    return Number(value);
  throw new Misfit('a time or a count is no number that can be');
}

function optional(value: unknown): number | undefined {
  return value === undefined || value === null ? undefined : number(value);
}

function moment(value: unknown): Date {
  const date = new Date(text(value));
  const year = date.getUTCFullYear();
  // Beyond these years a date of JavaScript has no usual form, or times added to it have none.
  if (year >= 2000 && year <= 9000) return date;
  throw new Misfit('its start is no date');
}
