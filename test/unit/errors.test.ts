import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  asFederationError,
  errorCodes,
  FederationError,
  refusal,
  toFailure,
} from '../../src/errors.ts';
import { aFailure } from '../support/builders.ts';
import { assertSafeForLogs } from '../support/failures.ts';

const hostile = fc
  .array(fc.constantFrom('#', '##', '##vso[', '\r', '\n', '\u2028', '\u0085', '\0', ']', 'word '))
  .map((parts) => parts.join(''));

describe('the error codes', () => {
  it('are told apart by name', () => {
    assert.equal(new Set(errorCodes).size, errorCodes.length);
  });
});

describe('a failure', () => {
  it('never begins a line or a logging command of its own, whatever it quotes', () => {
    fc.assert(
      fc.property(hostile, hostile, (message, remedy) => {
        const error = refusal('UNEXPECTED', message, remedy);
        assertSafeForLogs(error.message);
        assertSafeForLogs(error.remedy);
      }),
    );
  });

  it('keeps the letters of every language', () => {
    assert.equal(refusal('UNEXPECTED', 'Für »Zürich« # 1', '').message, 'Für »Zürich« # 1');
  });

  it('is definite where it is a refusal', () => {
    assert.equal(refusal('INPUT_INVALID', 'message', 'remedy').kind, 'definite');
  });

  it('comes out of a message between processes as it went in', () => {
    const error = aFailure({ retryAfterMs: 1_500 });
    const travelled = JSON.parse(JSON.stringify(toFailure(error))) as FederationError;
    assert.deepEqual(toFailure(new FederationError(travelled)), toFailure(error));
  });
});

describe('any thrown value', () => {
  it('stays what it is when it is a failure already', () => {
    const error = aFailure();
    assert.equal(asFederationError(error), error);
  });

  const secretText = 'eyJ0eXAi.something.secret';
  const thrown: readonly (readonly [what: string, value: unknown])[] = [
    ['an error', new TypeError(secretText)],
    ['a text', secretText],
    ['an object', { message: secretText, code: secretText }],
    ['an error with such a code', Object.assign(new Error('x'), { code: secretText })],
    ['an error with such a cause', new Error('x', { cause: secretText })],
    ['nothing', undefined],
    ['null', null],
  ];
  for (const [what, value] of thrown) {
    it(`is told without its own text: ${what}`, () => {
      const { code, kind, message, remedy } = asFederationError(value);
      assert.equal(code, 'UNEXPECTED');
      assert.equal(kind, 'definite');
      assert.ok(!`${message} ${remedy}`.includes('secret'));
    });
  }

  it('is told with its type and the code of the system, which help to find the cause', () => {
    const error = Object.assign(new RangeError('text'), { code: 'ENOSPC' });
    assert.match(asFederationError(error).message, /\(RangeError, ENOSPC\)/);
  });
});
