import fc from 'fast-check';
import { equal, ok } from 'node:assert/strict';
import { SecretMasker, isMaskedParameter } from './secret-masker.ts';

function maskerOf(...values: readonly string[]): SecretMasker {
  const masker = new SecretMasker();
  values.forEach((value) => masker.add(value));
  return masker;
}

describe('the secret masker', () => {
  it('masks each occurrence, and merges those that overlap or touch', () => {
    equal(maskerOf('abc').mask('1abc2abc'), '1***2***');
    equal(maskerOf('abc', 'bcd').mask('xabcdx'), 'x***x');
    equal(maskerOf('ab', 'cd').mask('xabcdx'), 'x***x');
    equal(maskerOf('aa').mask('aaaa'), '***');
  });

  it('masks the three encoded forms', () => {
    const masker = maskerOf('a"b c\\\\d');
    equal(masker.mask('a\\"b c\\\\\\\\d'), '***');
    equal(masker.mask('a%22b%20c%5C%5Cd'), '***');
    equal(masker.mask('a"b c\\d'), '***');
  });

  it('is no cleverer than the agent', () => {
    const jwt = 'aGVhZGVy.cGF5bG9hZA.c2lnbmF0dXJl';
    equal(maskerOf(jwt).mask('c2lnbmF0dXJl'), 'c2lnbmF0dXJl');
    equal(maskerOf('secret').mask('c2VjcmV0'), 'c2VjcmV0');
    equal(maskerOf('one\ntwo').mask('one'), 'one');
    equal(maskerOf('').mask('text'), 'text');
  });

  it('masks more forms of a secret that the job began with', () => {
    const masker = new SecretMasker();
    masker.addJobSecret(' "quo%ted"\n');
    equal(masker.mask('IiJxdW8'), 'IiJxdW8');
    equal(masker.mask('"quo%ted"'), '***');
    equal(masker.mask(' "quo%ted"%0A'), '***');
    equal(masker.mask(' "quo%AZP25ted"%0A'), '***');
    equal(masker.mask(Buffer.from(' "quo%ted"\n').toString('base64')), '***');
    masker.addJobSecret("'inner'");
    equal(masker.mask('inner'), '***');
    masker.addJobSecret('  ');
    equal(masker.mask('a  b'), 'a  b');
  });

  it('leaves the tenant of a connection readable, and nothing like a key', () => {
    ok(!isMaskedParameter('TenantId'));
    ok(isMaskedParameter('servicePrincipalId'));
    ok(isMaskedParameter('IdToken'));
  });

  it('hides every character of a secret, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(word), text, (values, line) => {
        equal(maskerOf(...values).mask(line), maskedByHand(values, line));
      }),
    );
  });
});

/** Few letters, so that secrets overlap, touch and repeat. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 });
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 30 });

function maskedByHand(values: readonly string[], line: string): string {
  const marks = Array.from(line);
  for (const value of values) {
    for (let at = 0; at < line.length; at += 1) {
      if (line.startsWith(value, at)) marks.fill('#', at, at + value.length);
    }
  }
  return marks.join('').replace(/#+/g, '***');
}
