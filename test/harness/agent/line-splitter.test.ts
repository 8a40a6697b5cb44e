import fc from 'fast-check';
import { deepEqual } from 'node:assert/strict';
import { LineSplitter } from './line-splitter.ts';

function split(...chunks: readonly Uint8Array[]): string[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

describe('lines of a stream', () => {
  it('end with LF, CRLF or CR, and the last one with nothing', () => {
    deepEqual(split(bytes('a\nb\r\nc\rd\n\ne')), ['a', 'b', 'c', 'd', '', 'e']);
    deepEqual(split(bytes('a\n')), ['a']);
    deepEqual(split(), []);
  });

  it('are the same however the stream is cut', () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', '\r'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.nat(), (whole, at) => {
        const all = bytes(whole);
        const cut = all.length === 0 ? 0 : at % all.length;
        deepEqual(split(all.subarray(0, cut), all.subarray(cut)), split(all));
      }),
    );
  });
});
