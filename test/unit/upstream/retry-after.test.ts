import fc from 'fast-check';
import assert from 'node:assert/strict';
import { clockAheadMs, retryAfterMs } from '../../../src/upstream/retry-after.ts';
import { later, minutes, noon, seconds } from '../../support/builders.ts';
import { spoiledText, thousands } from '../../support/mutations.ts';

const inTwoMinutes = later(minutes(2)).toUTCString();

const waits: readonly (readonly [Readonly<Record<string, string>>, number | undefined])[] = [
  [{}, undefined],
  [{ 'retry-after': '30' }, seconds(30)],
  [{ 'retry-after': ' 30 ' }, seconds(30)],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': '999999999' }, minutes(60)],
  [{ 'retry-after': inTwoMinutes }, minutes(2)],
  [{ 'retry-after': later(-minutes(2)).toUTCString() }, 0],
  [{ 'retry-after': later(minutes(600)).toUTCString() }, minutes(60)],
  [{ 'retry-after': inTwoMinutes, date: later(minutes(1)).toUTCString() }, minutes(1)],
  [{ 'retry-after': inTwoMinutes, date: 'yesterday' }, minutes(2)],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '' }, undefined],
  [{ 'x-ratelimit-delay': '2.345' }, 2_345],
  [{ 'x-ratelimit-delay': 'long' }, undefined],
  [{ 'retry-after': '5', 'x-ratelimit-delay': '10' }, seconds(10)],
  [{ 'retry-after': '10', 'x-ratelimit-delay': '5' }, seconds(10)],
  [{ 'retry-after': 'soon', 'x-ratelimit-delay': '5' }, seconds(5)],
];

describe("a server's wish to be left alone", () => {
  for (const [headers, expected] of waits) {
    it(`is ${expected ?? 'no'} ms in ${JSON.stringify(headers)}`, () => {
      assert.equal(retryAfterMs(headers, noon), expected);
    });
  }

  it('lies between nothing and an hour, whatever the headers say', () => {
    const spoiled = ['30', '2.345', inTwoMinutes].map(spoiledText);
    const value = fc.option(
      fc.oneof(fc.string(), fc.integer().map(String), fc.double().map(String), ...spoiled),
    );
    let waits = 0;
    fc.assert(
      fc.property(value, value, value, (retryAfter, delay, date) => {
        const headers = { 'retry-after': retryAfter, 'x-ratelimit-delay': delay, date };
        const present = Object.entries(headers).filter(([, text]) => text !== null);
        const wait = retryAfterMs(Object.fromEntries(present) as Record<string, string>, noon);
        assert.ok(wait === undefined || (wait >= 0 && wait <= minutes(60)), String(wait));
        if (wait !== undefined && wait > 0) waits += 1;
        const ahead = clockAheadMs(Object.fromEntries(present) as Record<string, string>, noon);
        assert.ok(ahead === undefined || Number.isFinite(ahead), String(ahead));
      }),
      thousands,
    );
    assert.ok(waits > 100, `${waits} waits`);
  });
});

describe("this machine's clock", () => {
  it("is compared with the server's, by the date of its answer", () => {
    assert.equal(clockAheadMs({ date: noon.toUTCString() }, later(minutes(5))), minutes(5));
    assert.equal(clockAheadMs({ date: inTwoMinutes }, noon), -minutes(2));
  });

  it('is not compared where the answer has no date, or none that can be read', () => {
    assert.equal(clockAheadMs({}, noon), undefined);
    assert.equal(clockAheadMs({ date: 'today' }, noon), undefined);
  });
});
