import { asFederationError, type FailureKind, type FederationError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** For how long a first attempt is repeated, by what stands in its way. All in ms. */
export interface Patience {
  /** For trouble that passes by itself, counted from the first attempt. */
  readonly transientMs: number;
  /** For what is new to arrive everywhere, counted from the first refusal; 0 to wait for nothing. */
  readonly settlingMs: number;
}

/** Room for one more attempt, and a mistake is still reported within seconds. */
const secondAttemptMs = 4_000;

/** Whether a failure is one of the service itself: it is over for all when any request succeeds. */
export function isOfService(kind: FailureKind): boolean {
  return kind === 'transient' || kind === 'misconfigured';
}

/** For how long a failure of this kind is met with another attempt, in ms. */
export function retryForMs(kind: FailureKind, { transientMs, settlingMs }: Patience): number {
  switch (kind) {
    case 'transient':
      return transientMs;
    case 'settling':
      return settlingMs;
    case 'unknown':
    case 'misconfigured':
      return secondAttemptMs;
    case 'definite':
      return 0;
  }
}

/** How long to keep retrying transient failures until the first tokens are there, in ms. */
export const firstTokenBudgetMs = 100_000;

/** The authors' default for new permissions to arrive, in ms. */
export const usualSettlingMs = 60_000;

const firstWaitMs = 2_500;

/** The longest pause between attempts, and so the time within which an outage's end is seen. */
const maxWaitMs = 5_000;

/** The pause after so many failures in a row, in ms: exponential with jitter (0 to 1) up to 5 s. */
export function backoffMs(failures: number, jitter: number): number {
  const backoff = Math.min(firstWaitMs * 2 ** (failures - 1), maxWaitMs);
  return failures === 1 ? backoff * (0.6 + 0.4 * jitter) : backoff;
}

/** Why something is not there yet, and until when it is tried. */
export interface Waiting {
  readonly failure: FederationError;
  readonly until: Date;
}

/** What {@link withRetries} needs beside the attempt itself. */
export interface RetryWorld {
  readonly clock: Clock;
  /** The pause before the next attempt, in ms. */
  readonly pauseMs: (failure: FederationError, failures: number) => number;
  /** Called before each pause, and with undefined at the end. */
  readonly onWait: (waiting: Waiting | undefined) => void;
}

/**
 * Attempts something until it succeeds, for as long as its failures are worth another attempt.
 * @throws the last failure.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  patience: Patience,
  { clock, pauseMs, onWait }: RetryWorld,
): Promise<T> {
  const since = new Map<FailureKind, number>([['transient', clock.monotonicMs()]]);
  try {
    for (let failures = 1; ; failures += 1) {
      try {
        return await attempt();
      } catch (error) {
        const failure = asFederationError(error);
        const nowMs = clock.monotonicMs();
        const sinceMs = since.get(failure.kind) ?? nowMs;
        since.set(failure.kind, sinceMs);
        const leftMs = sinceMs + retryForMs(failure.kind, patience) - nowMs;
        const waitMs = pauseMs(failure, failures);
        if (waitMs > leftMs) throw error;
        onWait({ failure, until: new Date(clock.now().getTime() + leftMs) });
        await clock.sleep(waitMs);
      }
    }
  } finally {
    onWait(undefined);
  }
}
