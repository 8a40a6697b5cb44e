import { asFederationError, sentenceOf } from '../../errors.ts';
import { errorAnswer, type LoopbackAnswer } from './loopback-request.ts';

/**
 * A failure as clients of a token endpoint understand it: 503 only for "try again", since they
 * retry that for minutes, and a 4xx for a definite no, which they show at once.
 */
export function failureAnswer(error: unknown): LoopbackAnswer {
  const failure = asFederationError(error);
  const message = sentenceOf(failure);
  if (failure.kind === 'definite') return errorAnswer(403, failure.code, message);
  const seconds = Math.max(1, Math.ceil((failure.retryAfterMs ?? 0) / 1_000));
  return errorAnswer(503, failure.code, message, { 'retry-after': String(seconds) });
}
