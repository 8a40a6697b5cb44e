import type { FederationError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { backoffMs } from '../upstream/retry-policy.ts';
import type { Streak } from './circuit-breaker.ts';

/** A point in time on both clocks, because neither can be trusted alone. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.now().getTime() };
}

/**
 * The time between two moments in ms, the longer one where the clocks differ: while a machine is
 * suspended only the wall clock goes on, and when somebody sets the wall clock back only the
 * monotonic one does. A wall clock that is set forward makes tokens look older than they are, which
 * costs one early refresh.
 */
export function elapsedMs(since: Moment, now: Moment): number {
  return Math.max(0, now.monotonicMs - since.monotonicMs, now.wallMs - since.wallMs);
}

/** When a kind of token is replaced, in ms of its own life. */
export interface RefreshPolicy {
  /** Age at which a new one is wanted; `jitter` (0 to 1) spreads the jobs of a fleet. */
  refreshAfterMs(lifeMs: number, jitter: number): number;
  /** With so much life left or less, the token is handed out only if no better one can be had. */
  floorMs(lifeMs: number): number;
}

const minuteMs = 60_000;

/**
 * ID tokens: at a fifth of their life, two minutes of ten. SDKs for Go and Python keep what they
 * read from the token file for ten minutes more, so the file must never hold an old one.
 */
export const idTokenPolicy: RefreshPolicy = {
  refreshAfterMs: (lifeMs, jitter) => (lifeMs / 5) * (1 - 0.05 * jitter),
  floorMs: () => 0,
};

/**
 * Access tokens: at half their life or 25 minutes before the end, whichever is later. The SDK of
 * Terraform's providers asks again on every call once fewer than 20 minutes are left.
 */
export const accessTokenPolicy: RefreshPolicy = {
  refreshAfterMs: (lifeMs, jitter) =>
    Math.max(lifeMs / 2, lifeMs - 25 * minuteMs) * (1 - 0.02 * jitter),
  floorMs: (lifeMs) => Math.min(10 * minuteMs, lifeMs / 2),
};

/** Azure DevOps delays the requests of busy organizations by up to 30 s before it answers. */
const maxTimeoutMs = 45_000;

/**
 * The longest that anything may take while a token is in hand: a third of the life it has left, so
 * that there is always time for another attempt, and never under a second.
 */
export function longestPartMs(lifeLeftMs: number): number {
  return lifeLeftMs > 0 ? Math.max(1_000, lifeLeftMs / 3) : Number.POSITIVE_INFINITY;
}

/** The timeout of one request upstream, in ms. */
export function timeoutMs(lifeLeftMs: number): number {
  return Math.min(maxTimeoutMs, longestPartMs(lifeLeftMs));
}

/** A definite no is asked about again, in case somebody has mended it, but not in a loop. */
const definiteWaitMs = minuteMs;

/**
 * How long to wait after a failed attempt, in ms: exponential with jitter up to 5 s, or what the
 * server asks for, but never beyond the {@link longestPartMs} of the token in hand. Services that are
 * in trouble at the same time take turns, because the connection's failures are counted together.
 */
export function waitAfterFailureMs(
  failure: Pick<FederationError, 'kind' | 'retryAfterMs'>,
  { failures, services }: Streak,
  lifeLeftMs: number,
  jitter: number,
): number {
  if (failure.kind === 'definite') return definiteWaitMs;
  const spread = backoffMs(failures, jitter) * services;
  return Math.min(Math.max(spread, failure.retryAfterMs ?? 0), longestPartMs(lifeLeftMs));
}
