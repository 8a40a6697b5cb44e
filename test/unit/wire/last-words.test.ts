import assert from 'node:assert/strict';
import { lastWordsOf, readLastWords } from '../../../src/wire/last-words.ts';
import { noon } from '../../support/builders.ts';

describe('the last words of a broker', () => {
  it('come back as they were written', () => {
    const words = lastWordsOf(new RangeError('eyJ0eXAi.a.token'), 'an-id', noon);
    assert.equal(words.what, 'RangeError');
    assert.ok(words.place.length > 0);
    const text = JSON.stringify(words);
    assert.ok(!text.includes('eyJ0eXAi'));
    assert.deepEqual(readLastWords(text), words);
  });

  const good = { brokerId: 'an-id', on: noon.toISOString(), what: 'Error', place: [] };
  const wrong: readonly { told: string; text: string }[] = [
    { told: 'no JSON', text: '{' },
    { told: 'nothing', text: 'null' },
    { told: 'no ID', text: JSON.stringify({ ...good, brokerId: 1 }) },
    { told: 'a command in the kind', text: JSON.stringify({ ...good, what: '##vso[x]' }) },
    { told: 'no time', text: JSON.stringify({ ...good, on: '##vso[x]' }) },
    { told: 'no places', text: JSON.stringify({ ...good, place: 'x' }) },
  ];
  for (const { told, text } of wrong) {
    it(`are none: ${told}`, () => assert.equal(readLastWords(text), undefined));
  }

  it('lose every line that is no place', () => {
    const place = ['##vso[task.complete]', 'at f (a.mjs:1:2)', 1, 'at f (a.mjs:1:2)\n##[error]'];
    const words = readLastWords(JSON.stringify({ ...good, place }));
    assert.deepEqual(words?.place, ['at f (a.mjs:1:2)']);
  });
});
