import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFiles } from '../../src/external/files.ts';
import { Secret } from '../../src/secret.ts';

const unsafe = { code: 'STATE_DIRECTORY_UNSAFE' };

describe('Files on disk', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are written for their owner only, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await diskFiles.makePrivateDirectory(join(folder, 'state'));
      await diskFiles.replace(join(folder, 'state', 'token'), new Secret('text'));
    } finally {
      process.umask(before);
    }
    assert.equal(statSync(join(folder, 'state')).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'state', 'token')).mode & 0o777, 0o600);
    assert.equal(readFileSync(join(folder, 'state', 'token'), 'utf8'), 'text');
  });

  it('are replaced in one step, and leave no draft behind', async () => {
    const path = join(folder, 'token');
    const texts = ['a'.repeat(5_000), 'b'.repeat(9_000)];
    await diskFiles.replace(path, texts[0] ?? '');
    let torn = 0;
    const writing = (async () => {
      for (let round = 0; round < 200; round += 1) {
        await diskFiles.replace(path, texts[round % 2] ?? '');
      }
      return true;
    })();
    const progress = { isDone: false };
    void writing.then(() => {
      progress.isDone = true;
    });
    while (!progress.isDone) {
      if (!texts.includes((await diskFiles.read(path)) ?? '')) torn += 1;
    }
    assert.equal(torn, 0);
    assert.deepEqual(readdirSync(folder), ['token']);
  });

  it('leave no draft behind when the place cannot be written', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'child'), '');
    await assert.rejects(diskFiles.replace(join(folder, 'taken'), 'text'));
    assert.deepEqual(readdirSync(folder), ['taken']);
  });

  it('are not read through a link', async () => {
    writeFileSync(join(folder, 'real'), 'text', { mode: 0o600 });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await assert.rejects(diskFiles.read(join(folder, 'link')), unsafe);
  });

  it('are absent without an error', async () => {
    assert.equal(await diskFiles.read(join(folder, 'none')), undefined);
    assert.equal(await diskFiles.read(join(folder, 'none', 'below')), undefined);
    assert.equal(await diskFiles.exists(join(folder, 'none')), false);
    await diskFiles.remove(join(folder, 'none'));
  });

  for (const [what, prepare] of [
    [
      'a directory that others may enter',
      (path: string) => {
        mkdirSync(path);
        chmodSync(path, 0o755);
      },
    ],
    [
      'a link to a directory',
      (path: string) => {
        mkdirSync(`${path}-real`, { mode: 0o700 });
        symlinkSync(`${path}-real`, path);
      },
    ],
    ['a file', (path: string) => writeFileSync(path, '', { mode: 0o600 })],
  ] as const) {
    it(`refuse ${what} in place of their own directory`, async () => {
      const path = join(folder, 'state');
      prepare(path);
      await assert.rejects(diskFiles.makePrivateDirectory(path), unsafe);
    });
  }

  it('accept a directory of their own that exists', async () => {
    await diskFiles.makePrivateDirectory(join(folder, 'state'));
    await diskFiles.makePrivateDirectory(join(folder, 'state'));
  });
});
