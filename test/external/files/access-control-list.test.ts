import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  closeToOthers,
  closingArguments,
} from '../../../src/external/files/access-control-list.ts';
import { makeClosedDirectory } from '../../../src/external/files/private-directory.ts';
import { systemProgram } from '../../../src/external/machine/system-program.ts';

describe('The access control list of a directory of ours', () => {
  it('lets in its owner, the system and administrators, in every language, and nobody from above', () => {
    assert.deepEqual(closingArguments('C:\\build agent\\_temp\\x'), [
      'C:\\build agent\\_temp\\x',
      '/inheritance:r',
      '/grant:r',
      '*S-1-3-4:(OI)(CI)F',
      '/grant:r',
      '*S-1-5-18:(OI)(CI)F',
      '/grant:r',
      '*S-1-5-32-544:(OI)(CI)F',
      '/q',
    ]);
  });

  it('is set by the program that Windows brings along, wherever PATH leads', () => {
    const root = process.env['SystemRoot'] ?? 'C:\\Windows';
    assert.equal(systemProgram('icacls.exe'), `${root}\\System32\\icacls.exe`);
  });

  it('is not said to be set where the program may not even be started', async () => {
    // Node throws for such a name at once, as for what a policy of Windows forbids.
    assert.match(
      (await closeToOthers('C:\\x', 'icacls\0.exe')) ?? '',
      /^could not be run \(\w+\)$/,
    );
  });

  // Only Windows itself can tell; the icacls.exe of Wine sets nothing.
  if (process.platform === 'win32') {
    it('is really set, and handed down to whatever is made in the directory', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'build agent \u00f6 '));
      const icacls = systemProgram('icacls.exe');
      const entriesOf = (path: string): readonly string[] =>
        execFileSync(icacls, [path], { encoding: 'utf8' }).match(/(?<=:)(\([A-Z]+\))+/g) ?? [];
      try {
        const state = join(folder, 'state');
        await makeClosedDirectory(state, icacls);
        mkdirSync(join(state, 'inner'));
        writeFileSync(join(state, 'inner', 'token'), '');
        assert.deepEqual(entriesOf(state), Array<string>(3).fill('(OI)(CI)(F)'));
        assert.deepEqual(entriesOf(join(state, 'inner', 'token')), Array(3).fill('(I)(F)'));
        assert.deepEqual(readdirSync(folder), ['state']);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
