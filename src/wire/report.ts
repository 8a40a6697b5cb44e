import type { ErrorCode, Failure } from '../errors.ts';
import type { Use } from './expectation.ts';
import { readFailure } from './failure.ts';
import type { LastWords } from './last-words.ts';
import { list, moment, shapeOf, text } from './shape.ts';

/** What the broker did for the sessions of Azure CLI of one connection. */
export interface AzureCliReport {
  /** Profiles and files in which tokens were replaced. */
  readonly profiles: number;
  readonly idTokens: number;
  readonly accessTokens: number;
  /** How often FederatedLogin's session was put back after a task had emptied it. */
  readonly putBack: number;
  /** Profiles that could not be kept, by reason. */
  readonly notKept: Readonly<Record<'encrypted' | 'locked' | 'failed', number>>;
}

/** What happened to one connection while the broker ran. */
export interface ConnectionReport {
  readonly name: string;
  readonly idTokens: number;
  readonly accessTokens: number;
  /** Requests upstream that failed, whether or not a client noticed. */
  readonly failedRequests: number;
  /** Answers by kind of client. */
  readonly served: Readonly<Record<string, number>>;
  /** Answers that reported a failure to a client. */
  readonly refusedAnswers: number;
  /** The longest that a client waited, in ms. */
  readonly longestWaitMs: number;
  /** Absent where there was nothing to do. */
  readonly azureCli?: AzureCliReport | undefined;
  readonly lastFailure?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly remedy: string;
    /** ISO 8601. */
    readonly on: string;
    /** Whether asking succeeded again later. */
    readonly isOver: boolean;
  };
  /** The place of the first failure that nobody foresaw. */
  readonly unforeseen?: readonly string[];
  /** What was set up for it and never asked for; absent where there is none. */
  readonly unused?: readonly UnusedEndpoint[];
}

/** Something that a task set up, and for which nobody has asked the broker. */
export interface UnusedEndpoint {
  readonly use: Use;
  /** Of the address that was exported for it. */
  readonly path: string;
}

/** What the broker answers to `stop`. */
export interface Farewell extends BrokerReport {
  readonly timeline?: unknown;
}

/** What the broker did in this job, as it answers to `stop` and `status`. */
export interface BrokerReport {
  readonly brokerId: string;
  /** ISO 8601. */
  readonly startedOn: string;
  readonly endedOn: string;
  readonly connections: readonly ConnectionReport[];
  /** Errors that nobody foresaw and that the broker survived; the first few. */
  readonly unforeseen?: readonly LastWords[];
}

/** A connection whose tokens a task waits for at this moment. */
export interface Standstill {
  readonly id: string;
  readonly failure: Failure;
  /** Until when it is tried, in ISO 8601. */
  readonly until: string;
}

/** The answer to `status`. */
export interface BrokerStatus extends BrokerReport {
  readonly standstills: readonly Standstill[];
}

/**
 * What keeps a connection waiting, out of an answer to `status`; undefined where nothing does.
 * @throws {NotAMessage} for what is no such answer.
 */
export function readStandstill(answer: unknown, connectionId: string): Standstill | undefined {
  const standstills = list(shapeOf(answer), 'standstills', (entry): Standstill => {
    const shape = shapeOf(entry);
    const failure = readFailure(shape['failure']);
    return { id: text(shape, 'id'), failure, until: moment(shape, 'until') };
  });
  return standstills.find(({ id }) => id === connectionId);
}
