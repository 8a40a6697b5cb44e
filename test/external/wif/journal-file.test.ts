import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openJournal } from '../../../wif/external/journal-file.ts';

describe('The lock of a journal', () => {
  let folder: string;
  let journal: string;
  let lock: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    journal = join(folder, 'wif.jsonl');
    lock = `${journal}.lock`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is respected although its owner has not written yet who it is', async () => {
    writeFileSync(lock, '');
    const refused = assert.rejects(openJournal(journal), { code: 'JOURNAL_BUSY' });
    await pause(50);
    writeFileSync(lock, String(process.pid));
    await refused;
    assert.ok(existsSync(lock));
  });

  for (const [what, text] of [
    ['was ended before it wrote who it is', ''],
    ['has ended', '999999999'],
    ['is none', 'x'],
  ] as const) {
    it(`is taken over where its owner ${what}`, async () => {
      writeFileSync(lock, text);
      const opened = await openJournal(journal);
      await assert.rejects(openJournal(journal), { code: 'JOURNAL_BUSY' });
      await opened.close();
      assert.ok(!existsSync(lock));
    });
  }
});
