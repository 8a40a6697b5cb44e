import assert from 'node:assert/strict';
import { clockTime, count, duration, shortened, wait } from '../../../tab/words.ts';

describe('The words of the tab', () => {
  const lengths: readonly (readonly [number, string])[] = [
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min'],
    [268, '4 min 28 s'],
    [3_600, '1 h'],
    [7_500, '2 h 5 min'],
    [172_800, '48 h'],
  ];
  for (const [seconds, words] of lengths) {
    it(`say ${seconds} seconds as "${words}"`, () => {
      assert.equal(duration(seconds), words);
    });
  }

  it('say short waits in ms, and long ones in minutes', () => {
    assert.deepEqual([12, 2_140, 120_000].map(wait), ['12 ms', '2.1 s', '2 min']);
  });

  it('say the time of day in UTC, with the date on another day', () => {
    const job = { startedOn: new Date('2026-11-29T23:59:30Z') };
    assert.equal(clockTime(job, 10), '23:59:40');
    assert.equal(clockTime(job, 40), '2026-11-30 00:00:10');
  });

  it('count', () => {
    assert.deepEqual([count(1, 'token'), count(12_345, 'token')], ['1 token', '12,345 tokens']);
  });

  it('cut no character in two', () => {
    assert.equal(shortened('🔑🔑🔑🔑', 3), '🔑🔑…');
    assert.equal(shortened('abc', 3), 'abc');
  });
});
