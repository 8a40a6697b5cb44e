import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineFolders, personalFolder } from '../../../src/external/machine/folders.ts';

describe('The folders of this machine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'folders-'));
  before(() => {
    mkdirSync(join(folder, 'real', 'inner'), { recursive: true });
    writeFileSync(join(folder, 'real', 'file'), '');
    symlinkSync(join(folder, 'real'), join(folder, 'link'), 'junction');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tell what lies in them', async () => {
    const names = await machineFolders.names(join(folder, 'link'));
    assert.deepEqual([...names].toSorted(), ['file', 'inner']);
  });

  it('hold files of which the beginning is read', async () => {
    writeFileSync(join(folder, 'large'), 'x'.repeat(100_000));
    assert.equal((await machineFolders.beginning(join(folder, 'large')))?.length, 64 * 1024);
    assert.equal(await machineFolders.beginning(join(folder, 'link', 'file')), '');
  });

  it('hold nothing to be read where it is no file', async () => {
    if (process.platform !== 'win32') spawnSync('mkfifo', [join(folder, 'pipe')]);
    for (const name of ['none', 'real', 'pipe']) {
      assert.equal(await machineFolders.beginning(join(folder, name)), undefined, name);
    }
  });

  it('are followed to where they really are', async () => {
    const real = await machineFolders.target(join(folder, 'real', 'file'));
    assert.ok(real !== undefined);
    assert.equal(await machineFolders.target(join(folder, 'link', 'file')), real);
  });

  it('hold nothing where there is none', async () => {
    assert.deepEqual(await machineFolders.names(join(folder, 'none')), []);
    assert.deepEqual(await machineFolders.names(join(folder, 'real', 'file')), []);
    assert.equal(await machineFolders.target(join(folder, 'none')), undefined);
  });

  const printed = (value: string): string =>
    `\r\nHKEY_CURRENT_USER\\Software\\…\\User Shell Folders\r\n    Personal    ${value}\r\n\r\n`;
  for (const [title, text, documents] of [
    [
      'where Windows puts it',
      printed('REG_EXPAND_SZ    %USERPROFILE%\\Documents'),
      'C:\\Users\\me\\Documents',
    ],
    [
      'with a blank in its name',
      printed('REG_EXPAND_SZ    %userprofile%\\My Documents'),
      'C:\\Users\\me\\My Documents',
    ],
    ['on a server', printed('REG_SZ    \\\\server\\homes\\me'), '\\\\server\\homes\\me'],
    ['nowhere by a variable that is not there', printed('REG_EXPAND_SZ    %GONE%\\D'), undefined],
    ['nowhere where the registry has no such value', 'ERROR: …\r\n', undefined],
  ] as const) {
    it(`have the user's documents ${title}`, () => {
      assert.equal(personalFolder(text, { USERPROFILE: 'C:\\Users\\me' }), documents);
    });
  }
});
