import assert from 'node:assert/strict';
import { isPlace, placeOf } from '../../src/place.ts';

/** An error with a stack of these lines behind its message. */
function withStack(message: string, ...lines: string[]): Error {
  const error = new TypeError(message);
  error.stack = [`TypeError: ${message}`, ...lines].join('\n');
  return error;
}

describe('the place of an error', () => {
  it('is where it was made', () => {
    const [first = ''] = placeOf(new Error('x'));
    assert.match(first, /^at Context\.<anonymous> \(place\.test\.ts:\d+:\d+\)$/);
  });

  const frames: readonly { told: string; line: string; as: string | undefined }[] = [
    {
      told: 'a private method',
      line: '    at TokenKeeper.#take (file:///home/ann/_tasks/x/broker.mjs:812:9)',
      as: 'at TokenKeeper.#take (broker.mjs:812:9)',
    },
    {
      told: 'an async function',
      line: '    at async runBroker (/agent/_work/broker.mjs:1:2)',
      as: 'at runBroker (broker.mjs:1:2)',
    },
    {
      told: 'a constructor',
      line: '    at new Broker (C:\\agent\\broker.mjs:1:2)',
      as: 'at Broker (broker.mjs:1:2)',
    },
    {
      told: 'no function',
      line: '    at file:///home/ann/broker.mjs:3:4',
      as: 'at broker.mjs:3:4',
    },
    {
      told: 'a method under another name',
      line: '    at Server.emit [as push] (node:events:517:28)',
      as: undefined,
    },
    { told: 'no frame', line: '    at eyJ0eXAi.a.token', as: undefined },
    { told: 'a text', line: 'eyJ0eXAi.a.token', as: undefined },
  ];
  for (const { told, line, as } of frames) {
    it(`is shown without the folder of the file: ${told}`, () => {
      const place = placeOf(withStack('x', line));
      if (as !== undefined) assert.deepEqual(place, [as]);
      assert.ok(
        place.every((frame) => isPlace(frame) && !/ann|eyJ/.test(frame)),
        place.join(),
      );
    });
  }

  it('has no line of the message, whatever that looks like', () => {
    const message = 'x\n    at secret (eyJ0eXAi.mjs:1:2)';
    assert.deepEqual(placeOf(withStack(message, '    at f (a.mjs:1:2)')), ['at f (a.mjs:1:2)']);
    const changed = withStack(message, '    at f (a.mjs:1:2)');
    changed.message = 'another';
    assert.deepEqual(placeOf(changed), []);
  });

  it('is bounded', () => {
    const lines = Array.from({ length: 100 }, () => '    at f (a.mjs:1:2)');
    assert.equal(placeOf(withStack('x', ...lines)).length, 12);
  });

  for (const value of [undefined, null, 'at f (a.mjs:1:2)', { stack: 'at f (a.mjs:1:2)' }]) {
    it(`is unknown for ${JSON.stringify(value)}`, () => assert.deepEqual(placeOf(value), []));
  }
});
