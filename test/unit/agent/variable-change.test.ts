import assert from 'node:assert/strict';
import { inExactCase, masked, plain, secret } from '../../../src/agent/variable-change.ts';
import { Secret } from '../../../src/secret.ts';

describe('a variable', () => {
  it('keeps its case where that is wanted', () => {
    assert.deepEqual(inExactCase(plain('a', 'b')), {
      kind: 'plain',
      name: 'a',
      value: 'b',
      exactCase: true,
    });
    const value = new Secret('b');
    assert.deepEqual(inExactCase(masked('a', value)), {
      kind: 'masked',
      name: 'a',
      value,
      exactCase: true,
    });
  });

  it('that is secret has no case to keep, since no script sees it by its name', () => {
    const change = secret('a', new Secret('b'));
    assert.equal(inExactCase(change), change);
  });
});
