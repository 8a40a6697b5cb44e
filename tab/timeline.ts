/**
 * What the tokens of one job did. All times with an S at the end of their name are whole seconds since
 * `startedOn`. The JSON Schema beside this file defines what a record holds.
 */
export interface Timeline {
  readonly startedOn: Date;
  readonly untilS: number;
  /** End of the job's own access token, after which no ID token can be had; if it is known. */
  readonly tokenEndsS: number | undefined;
  /** Whether the broker itself gave the record at the end of the job. */
  readonly isComplete: boolean;
  readonly brokers: readonly BrokerLife[];
  readonly connections: readonly Connection[];
  readonly warnings: readonly Warning[];
  /** What did not fit: counted, not listed. */
  readonly left: Left;
}

export interface BrokerLife {
  readonly fromS: number;
  readonly untilS: number;
}

export interface Connection {
  readonly name: string;
  readonly fromS: number;
  readonly untilS: number;
  readonly lanes: readonly Lane[];
  readonly bucketS: number;
  readonly kinds: readonly KindOfClient[];
  readonly longestWait: LongestWait | undefined;
}

/** One kind of token: the ID token, or the access token for a scope. */
export interface Lane {
  readonly scope: string | undefined;
  /** In hand from, good until; in the order of time. */
  readonly tokens: readonly (readonly [fromS: number, untilS: number])[];
  /** Tokens that followed each other without a gap, told as one. */
  readonly spans: readonly (readonly [fromS: number, untilS: number, tokens: number])[];
  readonly episodes: readonly Episode[];
}

/** A time in which asking for a token failed. */
export interface Episode {
  readonly fromS: number;
  /** Absent where the trouble had not passed at the end. */
  readonly untilS: number | undefined;
  readonly code: string;
  readonly failures: number;
  readonly retryAfterS: number;
  /** Whether a service limited the rate of requests. */
  readonly throttled: boolean;
}

export interface KindOfClient {
  readonly name: string;
  readonly buckets: readonly Bucket[];
}

/** The answers of a short time, how many of them were refusals, and the longest wait in ms. */
export type Bucket = readonly [index: number, answers: number, refused: number, waitMs: number];

export interface LongestWait {
  readonly ms: number;
  readonly atS: number;
  readonly kind: string;
}

export interface Warning {
  readonly code: string;
  readonly atS: number;
  /** Index of the connection; absent where the warning is of the whole job. */
  readonly connection: number | undefined;
  /** What the warning measures, in seconds. */
  readonly seconds: number | undefined;
}

export interface Left {
  readonly tokens: number;
  readonly episodes: number;
  readonly answers: number;
  readonly lanes: number;
  readonly connections: number;
}

/** How many tokens a lane saw. */
export function tokensIn({ tokens, spans }: Pick<Lane, 'tokens' | 'spans'>): number {
  return tokens.length + total(spans.map(([, , merged]) => merged));
}

/** How many answers a kind of client got, and how many of them were refusals. */
export function answersTo({ buckets }: KindOfClient): {
  readonly answers: number;
  readonly refused: number;
} {
  return {
    answers: total(buckets.map(([, answers]) => answers)),
    refused: total(buckets.map(([, , refused]) => refused)),
  };
}

export function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
