import assert from 'node:assert/strict';
import { FederationError, type ErrorCode } from '../../src/errors.ts';

/** What the work throws, which has to be a failure with the code. */
export function failureOf(work: () => unknown, code?: ErrorCode): FederationError {
  try {
    work();
  } catch (error) {
    return expected(error, code);
  }
  return assert.fail('nothing was thrown');
}

/** What the promise is rejected with, which has to be a failure with the code. */
export async function rejectionOf(
  work: Promise<unknown>,
  code?: ErrorCode,
): Promise<FederationError> {
  return work.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => expected(error, code),
  );
}

function expected(error: unknown, code: ErrorCode | undefined): FederationError {
  assert.ok(error instanceof FederationError, `no FederationError: ${String(error)}`);
  if (code !== undefined) assert.equal(error.code, code, error.message);
  return error;
}

/** Fails for a text that a log would break into lines or take for a logging command. */
export function assertSafeForLogs(text: string): void {
  assert.doesNotMatch(text, /##(vso|\[)/i, 'it begins a logging command');
  assert.doesNotMatch(text, /[\p{Cc}\u2028\u2029]/u, 'it holds a line break or control character');
}
