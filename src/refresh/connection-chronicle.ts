import { oneLine, type FederationError } from '../errors.ts';
import { isOfService } from '../upstream/retry-policy.ts';
import type {
  ConnectionTimeline,
  EpisodeTimeline,
  LaneTimeline,
  TimelinePart,
  TimelineWarning,
} from '../wire/timeline.ts';
import { Rows } from './rows.ts';
import type { Concern } from './statistics.ts';

/** What a chronicle holds so and so much of. */
export type Held = 'tokens' | 'episodes' | 'answers' | 'lanes' | 'kinds';

/** What the connections of a chronicle share: its clock, its room, and what did not fit. */
export interface Book {
  /** Seconds since the start of the record, now or in so many ms. */
  secondsIn(ms: number): number;
  /** Width of the buckets in which answers are counted, in seconds. */
  readonly bucketS: number;
  readonly left: Record<TimelinePart, number>;
  /** How much of everything there is, which whoever adds to it counts. */
  readonly held: Record<Held, number>;
  /** Whether one more fits. A lane that does not is counted as left out; answers are, one by one. */
  hasRoom(part: 'lanes' | 'kinds'): boolean;
  /** After a token, an episode or a connection has changed: makes room where that is gone. */
  changed(): void;
  /** After an answer. */
  counted(): void;
  warned(
    warning: Omit<TimelineWarning, 'atS' | 'connection'>,
    connection: ConnectionChronicle,
  ): void;
}

type Episode = { -readonly [name in keyof EpisodeTimeline]: EpisodeTimeline[name] } & {
  /** Whether it is over when the service is back, whichever scope it answers for. */
  readonly isOfService: boolean;
};

/** A scope of which the chronicle holds its lane: the ID token has none. */
interface Lane {
  readonly scope: string | undefined;
  /** In hand from, good until, how many tokens. */
  readonly tokens: Rows;
  episodes: readonly Episode[];
}

/** The longest name that a record takes over, in characters. */
const maxCharacters = 100;

/** What happened to one connection, in the order of time. */
export class ConnectionChronicle {
  #name: string;
  readonly #book: Book;
  readonly #fromS: number;
  #untilS: number | undefined;
  /** Few each: arrays of their exact length take a fraction of what maps take. */
  #lanes: readonly Lane[] = [];
  #kinds: readonly { readonly kind: string; readonly rows: Rows }[] = [];
  #longestWait: ConnectionTimeline['longestWait'];

  constructor(name: string, book: Book, earlier?: ConnectionTimeline) {
    this.#name = cut(name);
    this.#book = book;
    this.#fromS = earlier?.fromS ?? book.secondsIn(0);
    this.#untilS = earlier?.untilS;
    this.#longestWait = earlier?.longestWait;
    for (const lane of earlier?.lanes ?? []) this.#goOn(lane);
    for (const [kind, rows] of Object.entries(earlier?.answers.kinds ?? {})) {
      this.#kinds = [...this.#kinds, { kind, rows: new Rows(4, rows) }];
      book.held.kinds += 1;
      book.held.answers += rows.length;
    }
  }

  /** What the connection is called, which its first ID token may tell better. */
  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    if (this.#name === cut(name)) return;
    this.#name = cut(name);
    this.#book.changed();
  }

  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  get kinds(): readonly Rows[] {
    return this.#kinds.map(({ rows }) => rows);
  }

  get isEnded(): boolean {
    return this.#untilS !== undefined;
  }

  /** A token is in hand, good for so many ms from now. */
  minted(concern: Concern, goodForMs: number): void {
    const lane = this.#lane(concern);
    const nowS = this.#book.secondsIn(0);
    if (lane !== undefined) {
      lane.tokens.push([nowS, this.#book.secondsIn(goodForMs), 1]);
      this.#book.held.tokens += 1;
    }
    const isBack = (other: Lane, episode: Episode): boolean =>
      other === lane ||
      // The service answers again, for whichever scope.
      (episode.isOfService && lane?.scope !== undefined && other.scope !== undefined);
    for (const other of this.#lanes) {
      const episode = other.episodes.at(-1);
      if (episode !== undefined && isBack(other, episode)) episode.untilS ??= nowS;
    }
    this.#book.changed();
  }

  /** Asking for a token failed. */
  failed({ code, kind, retryAfterMs = 0 }: FederationError, concern: Concern): void {
    const lane = this.#lane(concern);
    if (lane === undefined) return;
    const open = lane.episodes.at(-1);
    const episode: Episode =
      open !== undefined && open.untilS === undefined
        ? open
        : {
            fromS: this.#book.secondsIn(0),
            untilS: undefined,
            code,
            failures: 0,
            retryAfterS: undefined,
            throttled: undefined,
            isOfService: isOfService(kind),
          };
    episode.code = code;
    episode.failures += 1;
    if (retryAfterMs > 0)
      episode.retryAfterS = Math.max(episode.retryAfterS ?? 0, Math.ceil(retryAfterMs / 1_000));
    if (code.includes('THROTTLED')) episode.throttled = true;
    if (episode === open) return;
    lane.episodes = [...lane.episodes, episode];
    this.#book.held.episodes += 1;
    this.#book.changed();
  }

  /** A client was answered, now, after so many ms. */
  answered(kind: string, isRefusal: boolean, waitMs: number): void {
    const { bucketS, left } = this.#book;
    const atS = this.#book.secondsIn(0);
    const ms = Math.round(waitMs);
    if (ms > (this.#longestWait?.ms ?? -1)) this.#longestWait = { ms, atS, kind };
    const rows = this.#rowsOf(kind);
    if (rows === undefined) {
      left.answers += 1;
      return;
    }
    const bucket = Math.floor(atS / bucketS);
    const last = rows.at(-1);
    const refused = isRefusal ? 1 : 0;
    if (last?.[0] === bucket) last.set(added([...last], [bucket, 1, refused, ms]));
    else {
      rows.push([bucket, 1, refused, ms]);
      this.#book.held.answers += 1;
    }
    this.#book.counted();
  }

  /** Something that the author of the pipeline should know; said once. */
  warn(code: TimelineWarning['code'], seconds?: number): void {
    this.#book.warned({ code, seconds }, this);
  }

  /** The connection is given up before the job ends. */
  ended(): void {
    this.#untilS ??= this.#book.secondsIn(0);
    this.#book.changed();
  }

  timeline(): ConnectionTimeline {
    return {
      name: this.#name,
      fromS: this.#fromS,
      untilS: this.#untilS,
      lanes: this.lanes.map(laneTimeline),
      answers: {
        bucketS: this.#book.bucketS,
        kinds: Object.fromEntries(this.#kinds.map(({ kind, rows }) => [kind, rows.toArray()])),
      },
      longestWait: this.#longestWait,
    };
  }

  #lane(concern: Concern): Lane | undefined {
    const scope = concern === 'ID token' ? undefined : cut(concern.scope);
    const known = this.#lanes.find((lane) => lane.scope === scope);
    if (known !== undefined || !this.#book.hasRoom('lanes')) return known;
    const lane = { scope, tokens: new Rows(3), episodes: [] };
    this.#lanes = [...this.#lanes, lane];
    this.#book.held.lanes += 1;
    return lane;
  }

  #rowsOf(kind: string): Rows | undefined {
    const known = this.#kinds.find((each) => each.kind === kind)?.rows;
    if (known !== undefined || !this.#book.hasRoom('kinds')) return known;
    const rows = new Rows(4);
    this.#kinds = [...this.#kinds, { kind, rows }];
    this.#book.held.kinds += 1;
    return rows;
  }

  #goOn({ scope, tokens, spans, episodes }: LaneTimeline): void {
    const all = [...spans, ...tokens.map((token) => [...token, 1])];
    const sorted = all.sort(([one = 0], [other = 0]) => one - other);
    const asked = episodes.map((episode) => ({ ...episode, isOfService: true }));
    this.#lanes = [...this.#lanes, { scope, tokens: new Rows(3, sorted), episodes: asked }];
    const { held } = this.#book;
    held.lanes += 1;
    held.tokens += sorted.length;
    held.episodes += asked.length;
  }
}

/** Two rows of answers as one: numbers added, the longer wait. */
export function added(one: readonly number[], other: readonly number[]): number[] {
  const [bucket = 0, answers = 0, refused = 0, ms = 0] = one;
  const [, more = 0, denied = 0, wait = 0] = other;
  return [bucket, answers + more, refused + denied, Math.max(ms, wait)];
}

function laneTimeline({ scope, tokens, episodes }: Lane): LaneTimeline {
  const rows = tokens.toArray();
  return {
    token: scope === undefined ? 'id' : 'access',
    scope,
    tokens: rows.filter(([, , n]) => n === 1).map(([fromS = 0, untilS = 0]) => [fromS, untilS]),
    spans: rows.filter(([, , n]) => n !== 1),
    episodes: episodes.map(({ fromS, untilS, code, failures, retryAfterS, throttled }) => ({
      fromS,
      untilS,
      code,
      failures,
      retryAfterS,
      throttled,
    })),
  };
}

/** A name or scope as a record holds it. */
export function cut(text: string): string {
  return oneLine(text).slice(0, maxCharacters);
}
