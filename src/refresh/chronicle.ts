import type { Clock } from '../ports.ts';
import {
  maxTimelineBytes,
  timelineSchema,
  type TimelineRecord,
  type TimelineWarning,
} from '../wire/timeline.ts';
import { added, ConnectionChronicle, cut, type Book } from './connection-chronicle.ts';
import { elapsedMs, momentOf, type Moment } from './refresh-policy.ts';
import type { Rows } from './rows.ts';

/** What a chronicle holds at most, whatever a job does: see `docs/DESIGN.md` for the sizes. */
export const maxInChronicle = {
  tokens: 8_192,
  episodes: 1_024,
  answers: 4_096,
  lanes: 320,
  kinds: 240,
  connections: 200,
  brokers: 50,
  warnings: 400,
} as const;

/** Each lane keeps its last tokens one by one. */
const keptTokens = 16;
const maxBuckets = 240;

export interface ChronicleParts {
  /** Version of the extension. */
  readonly product: string;
  readonly clock: Clock;
  /** When the access token of the job ends, where the token says so. */
  readonly tokenEnds: Date | undefined;
  /** Of a broker of the same job that this one follows. */
  readonly earlier?: TimelineRecord | undefined;
  /** Called whenever a token, an episode or a connection has changed. */
  readonly onChange: () => void;
}

/**
 * What the tokens of a job did, in bounded memory. Where it is full, the oldest tokens of the longest
 * lane are told as one; a time without a good token is never merged away.
 */
export class Chronicle implements Book {
  readonly left = { tokens: 0, episodes: 0, answers: 0, lanes: 0, connections: 0 };
  readonly held = { tokens: 0, episodes: 0, answers: 0, lanes: 0, kinds: 0 };
  readonly #parts: ChronicleParts;
  readonly #startedOn: Date;
  readonly #since: Moment;
  /** From the start of the record to that of this broker, in ms. */
  readonly #offsetMs: number;
  readonly #brokers: TimelineRecord['brokers'];
  readonly #connections: ConnectionChronicle[] = [];
  readonly #claimed = new Set<ConnectionChronicle>();
  readonly #warnings: (Omit<TimelineWarning, 'connection'> & { of: ConnectionChronicle })[] = [];
  #bucketS = 1;
  #latestMs = 0;
  #uncounted = 0;

  constructor(parts: ChronicleParts) {
    const { clock, earlier } = parts;
    const now = clock.now();
    this.#parts = parts;
    this.#since = momentOf(clock);
    this.#startedOn = new Date(
      Math.floor((earlier ? Date.parse(earlier.startedOn) : now.getTime()) / 1_000) * 1_000,
    );
    const passedMs = now.getTime() - this.#startedOn.getTime();
    this.#offsetMs = Math.max(passedMs, (earlier?.untilS ?? 0) * 1_000);
    this.#brokers = (earlier?.brokers ?? []).slice(1 - maxInChronicle.brokers);
    if (earlier !== undefined) this.#goOn(earlier);
  }

  get bucketS(): number {
    return this.#bucketS;
  }

  /** Whether clients were answered since this was last asked. */
  takeNewCounts(): boolean {
    const isNew = this.#uncounted > 0;
    this.#uncounted = 0;
    return isNew;
  }

  /** The chronicle of a connection; of the same name before, where this broker follows another. */
  open(name: string): ConnectionChronicle {
    const wanted = cut(name);
    const waiting = this.#connections.find(
      (each) => each.name === wanted && !each.isEnded && !this.#claimed.has(each),
    );
    const connection = waiting ?? new ConnectionChronicle(name, this);
    this.#claimed.add(connection);
    if (waiting === undefined) {
      if (this.#connections.length < maxInChronicle.connections) this.#connections.push(connection);
      else this.left.connections += 1;
    }
    this.changed();
    return connection;
  }

  /** The record until now. @param isEnd whether this broker was asked to stop. */
  record(isEnd: boolean): TimelineRecord {
    for (;;) {
      const record = this.#record(isEnd);
      const isShort = Buffer.byteLength(JSON.stringify(record)) <= maxTimelineBytes;
      if (isShort) return record;
      const isFreed = this.#makeRoom(this.held.tokens * 0.8);
      if (!this.#widen() && !isFreed) return record;
    }
  }

  secondsIn(ms: number): number {
    const elapsed = elapsedMs(this.#since, momentOf(this.#parts.clock));
    // A wall clock that jumps back must not turn the order of things around.
    this.#latestMs = Math.max(this.#latestMs, elapsed);
    return Math.round((this.#offsetMs + this.#latestMs + ms) / 1_000);
  }

  hasRoom(part: 'lanes' | 'kinds'): boolean {
    if (this.held[part] < maxInChronicle[part]) return true;
    if (part === 'lanes') this.left.lanes += 1;
    return false;
  }

  changed(): void {
    if (this.held.tokens > maxInChronicle.tokens) this.#makeRoom(maxInChronicle.tokens * 0.95);
    if (this.held.episodes > maxInChronicle.episodes) this.#dropShortestEpisode();
    this.#parts.onChange();
  }

  counted(): void {
    this.#uncounted += 1;
    while (this.secondsIn(0) / this.#bucketS >= maxBuckets) this.#widen();
    while (this.held.answers > maxInChronicle.answers && this.#widen());
  }

  warned(
    { code, seconds }: Omit<TimelineWarning, 'atS' | 'connection'>,
    of: ConnectionChronicle,
  ): void {
    if (this.#warnings.some((each) => each.of === of && each.code === code)) return;
    if (this.#warnings.length >= maxInChronicle.warnings) return;
    this.#warnings.push({ code, atS: this.secondsIn(0), seconds, of });
  }

  get #lanes(): ConnectionChronicle['lanes'] {
    return this.#connections.flatMap(({ lanes }) => lanes);
  }

  get #kinds(): readonly Rows[] {
    return this.#connections.flatMap(({ kinds }) => kinds);
  }

  #record(isEnd: boolean): TimelineRecord {
    const untilS = this.secondsIn(0);
    const { product, tokenEnds } = this.#parts;
    const fromS = Math.round(this.#offsetMs / 1_000);
    const end = isEnd ? 'asked to' : 'unknown';
    return {
      schema: timelineSchema,
      product,
      startedOn: this.#startedOn.toISOString().replace(/\.\d+/, ''),
      untilS,
      tokenEndsS: tokenEnds && secondsBetween(this.#startedOn, tokenEnds),
      isComplete: isEnd,
      brokers: [...this.#brokers, { fromS, untilS, end }],
      connections: this.#connections.map((each) => each.timeline()),
      warnings: this.#warnings.flatMap(({ of, ...warning }) => {
        const connection = this.#connections.indexOf(of);
        return connection < 0 ? [] : [{ ...warning, connection }];
      }),
      left: { ...this.left },
    };
  }

  #goOn({ connections, warnings, left }: TimelineRecord): void {
    this.#bucketS = connections[0]?.answers.bucketS ?? 1;
    Object.assign(this.left, left);
    for (const each of connections)
      this.#connections.push(new ConnectionChronicle(each.name, this, each));
    for (const { code, atS, seconds, connection } of warnings) {
      const of = this.#connections[connection];
      if (of !== undefined) this.#warnings.push({ code, atS, seconds, of });
    }
  }

  /**
   * Tells old tokens that followed each other as one, in the longest lanes first, until so many rows
   * are left. Where thousands of tokens have a gap between all of them, neighbours with a gap are
   * joined too, and counted as left out.
   * @returns whether there are fewer now.
   */
  #makeRoom(rows: number): boolean {
    const before = this.held.tokens;
    const longestFirst = this.#lanes
      .map(({ tokens }) => tokens)
      .sort((one, other) => other.length - one.length);
    for (const hidesGaps of [false, true]) {
      for (const tokens of longestFirst) {
        if (this.held.tokens <= rows) return true;
        const saved = joinOld(tokens, hidesGaps);
        this.held.tokens -= saved;
        if (hidesGaps) this.left.tokens += saved;
      }
    }
    return this.held.tokens < before;
  }

  #dropShortestEpisode(): void {
    const all = this.#lanes.flatMap((lane) => lane.episodes.map((episode) => ({ lane, episode })));
    const lengthOf = ({ episode }: (typeof all)[number]): number =>
      (episode.untilS ?? Number.POSITIVE_INFINITY) - episode.fromS;
    const [shortest] = [...all].sort((one, other) => lengthOf(one) - lengthOf(other));
    if (shortest === undefined) return;
    const { lane, episode } = shortest;
    lane.episodes = lane.episodes.filter((each) => each !== episode);
    this.held.episodes -= 1;
    this.left.episodes += 1;
  }

  /** Counts answers in buckets twice as wide. @returns whether that made anything shorter. */
  #widen(): boolean {
    this.#bucketS *= 2;
    let saved = 0;
    for (const rows of this.#kinds) {
      for (let index = 0; index < rows.length; index += 1) {
        const row = rows.at(index);
        if (row !== undefined) row[0] = Math.floor((row[0] ?? 0) / 2);
      }
      saved += rows.joinNeighbours((one, next) =>
        one[0] === next[0] ? added(one, next) : undefined,
      );
    }
    this.held.answers -= saved;
    return saved > 0;
  }
}

/** Joins old tokens with their next ones; the first and the last few stay. @returns how many. */
function joinOld(tokens: Rows, hidesGaps: boolean): number {
  return tokens.joinNeighbours((one, next, index) => {
    const isOld = index > 0 && index + 1 < tokens.length - keptTokens;
    const isGapless = (one[1] ?? 0) >= (next[0] ?? 0);
    return isOld && (isGapless || hidesGaps) ? joined(one, next) : undefined;
  });
}

function joined(one: readonly number[], next: readonly number[]): number[] {
  const [fromS = 0, untilS = 0, tokens = 0] = one;
  const [, nextUntilS = 0, more = 0] = next;
  return [fromS, Math.max(untilS, nextUntilS), tokens + more];
}

function secondsBetween(from: Date, until: Date): number {
  return Math.max(0, Math.round((until.getTime() - from.getTime()) / 1_000));
}
