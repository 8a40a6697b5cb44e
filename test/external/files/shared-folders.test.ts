import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedFolders } from '../../../src/external/files/shared-folders.ts';
import { Secret } from '../../../src/secret.ts';
import { TempVolume } from '../../e2e/support/temp-volume.ts';
import { mayMount } from '../../support/needs.ts';

describe('A folder that other programs write to', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'shared-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has a claim of the first who makes it, and of nobody else', () => {
    const lock = join(folder, 'lock');
    assert.equal(sharedFolders.claim(lock, 'mine'), true);
    assert.equal(sharedFolders.claim(lock, 'another'), false);
    assert.equal(readFileSync(lock, 'utf8'), 'mine');
  });

  if (mayMount('a shared folder on a full disk')) {
    it('holds no half file where the disk is full: an empty lock would stop Azure CLI', () => {
      const volume = TempVolume.mountedAt(folder);
      try {
        writeFileSync(join(folder, 'theirs'), '');
        volume.fill();
        assert.equal(sharedFolders.claim(join(folder, 'lock'), 'x'.repeat(9_000)), false);
        assert.throws(() => sharedFolders.draft(folder, new Secret('x'.repeat(9_000))), {
          code: 'ENOSPC',
        });
        assert.deepEqual(readdirSync(folder).sort(), ['filler', 'theirs']);
      } finally {
        volume.unmount();
      }
    });
  }
});
