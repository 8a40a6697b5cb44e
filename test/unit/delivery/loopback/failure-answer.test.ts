import assert from 'node:assert/strict';
import { failureAnswer } from '../../../../src/delivery/loopback/failure-answer.ts';
import { refusal } from '../../../../src/errors.ts';
import { aFailure } from '../../../support/builders.ts';

describe('a failure as an answer', () => {
  it('is a 4xx with the remedy where trying again cannot help', () => {
    const { status, body, headers } = failureAnswer(
      refusal('AADSTS700213', 'No match.', 'Create it.'),
    );
    assert.equal(status, 403);
    assert.equal(headers, undefined);
    assert.deepEqual(JSON.parse(body), {
      error: 'AADSTS700213',
      error_description: 'No match. Create it. (AADSTS700213)',
      statusCode: 403,
      message: 'No match. Create it. (AADSTS700213)',
    });
  });

  const waits = [
    [undefined, '1'],
    [0, '1'],
    [1, '1'],
    [1_001, '2'],
    [60_000, '60'],
  ] as const;
  for (const [retryAfterMs, header] of waits) {
    it(`is a 503 for another ${header} s when ${retryAfterMs ?? 'no'} ms were asked for`, () => {
      const { status, headers } = failureAnswer(aFailure({ retryAfterMs }));
      assert.equal(status, 503);
      assert.deepEqual(headers, { 'retry-after': header });
    });
  }

  it('tells nothing of an error that nobody foresaw', () => {
    const { status, body } = failureAnswer(new Error('s3cret'));
    assert.equal(status, 403);
    assert.ok(!body.includes('s3cret') && body.includes('UNEXPECTED'));
  });
});
