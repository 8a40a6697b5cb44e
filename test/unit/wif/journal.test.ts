import assert from 'node:assert/strict';
import { isJournal, pastChanges, type JournalEntry } from '../../../wif/administration/journal.ts';

const entry = (more: Partial<JournalEntry>): string =>
  JSON.stringify({
    v: 1,
    at: '2026-11-23T12:00:00.000Z',
    event: 'begin',
    operation: 'convert',
    organization: 'contoso',
    project: 'shop',
    id: 'a',
    name: 'production',
    ...more,
  });

describe('A journal', () => {
  it('knows the last of each connection', () => {
    const text = [
      entry({}),
      entry({ event: 'end', outcome: 'converted' }),
      entry({ id: 'b' }),
      entry({ id: 'b', event: 'end', outcome: 'failed' }),
      entry({ id: 'c' }),
      entry({ operation: 'revert' }),
    ].join('\n');
    assert.deepEqual(Object.fromEntries(pastChanges(text, 'contoso')), {
      a: { operation: 'revert', state: 'begun' },
      b: { operation: 'convert', state: 'failed' },
      c: { operation: 'convert', state: 'begun' },
    });
  });

  it('is read around half lines, and past those of other organizations', () => {
    const text = `${entry({ id: 'a' })}\n${entry({ id: 'b' }).slice(0, 40)}\n${entry({ id: 'c', organization: 'other' })}\n`;
    assert.deepEqual([...pastChanges(text, 'contoso').keys()], ['a']);
  });

  it('is told from other files', () => {
    for (const text of ['', '\n', `${entry({})}\n`, entry({}).slice(0, 30)])
      assert.ok(isJournal(text), text);
    for (const text of ['notes\n', '{"v":2}\n', '[]', '{"v":1,"event":"other"}\n']) {
      assert.ok(!isJournal(text), text);
    }
  });
});
