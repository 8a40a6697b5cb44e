import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { keptText } from '../../../src/external/machine/tool-text.ts';

const kept = { head: 1_000, tail: 1_000 };

async function textOf(chunks: readonly Buffer[], bounds = kept): Promise<string> {
  const stream = new PassThrough();
  const text = keptText(stream, bounds);
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await once(stream, 'end');
  return text();
}

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('What is kept of a tool', () => {
  it('is all of it, where that is short', async () => {
    assert.equal(await textOf([Buffer.from('one\n'), Buffer.from('two')]), 'one\ntwo');
  });

  it('is its beginning and its end, in whole lines', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
    const text = await textOf([Buffer.from(lines.join('\n'))]);
    const quoted = text.split('\n');
    assert.equal(quoted[0], 'line 0');
    assert.equal(quoted.at(-1), 'line 499');
    assert.ok(quoted.length < 300);
    assert.ok(quoted.every((line) => lines.includes(line)));
  });

  it('is bounded for ten megabytes, and has their last line', async () => {
    const chunk = Buffer.from(`${'x'.repeat(63)}\n`.repeat(1_024));
    const chunks = [...Array.from({ length: 160 }, () => chunk), Buffer.from('the end\n')];
    const text = await textOf(chunks);
    assert.ok(text.length < 100_000, String(text.length));
    assert.ok(text.endsWith('\nthe end\n'));
  });

  it('is nothing of a line that is too long to be kept whole', async () => {
    assert.equal(await textOf([Buffer.alloc(10_000_000, 'x')]), '');
  });

  it('is its beginning only, where no more is wanted', async () => {
    assert.equal(await textOf([Buffer.alloc(5_000, 'x')], { head: 10, tail: 0 }), 'x'.repeat(10));
  });

  for (const [title, mark] of [
    ['with a mark', '\ufeff'],
    ['without one', ''],
  ] as const) {
    it(`is read as UTF-16 ${title}, as Windows PowerShell writes it`, async () => {
      const text = 'Der Zugriff wurde verweigert: Müller\r\n';
      assert.equal(await textOf([utf16(mark + text)]), text);
      const long = await textOf([utf16(mark), Buffer.from([]), utf16(text.repeat(200))]);
      assert.ok(long.endsWith(text + text));
      assert.doesNotMatch(long, /[\u0000\ufffd]/);
    });
  }
});
