/**
 * What the tokens of one job did. All times with an S at the end of their name are whole seconds since
 * `startedOn`. The JSON Schema beside this file defines what a record holds.
 */
export interface Timeline {
  /** Version of the extension that wrote the record. */
  readonly product: string;
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
  readonly end: string;
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
  readonly isThrottled: boolean;
}

export interface KindOfClient {
  readonly name: string;
  readonly buckets: readonly Bucket[];
}

export interface Bucket {
  readonly index: number;
  readonly answers: number;
  readonly refused: number;
}

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
  return spans.reduce((sum, [, , merged]) => sum + merged, tokens.length);
}
