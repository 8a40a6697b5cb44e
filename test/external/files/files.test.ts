import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diskFiles } from '../../../src/external/files/files.ts';
import { Secret } from '../../../src/secret.ts';

const unsafe = { code: 'STATE_DIRECTORY_UNSAFE' };

/** Windows has access control lists in place of modes (private-directory.test.ts), and seldom links. */
const hasModes = process.platform !== 'win32';

describe('Files on disk', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are written for their owner only, whatever the umask', async () => {
    const before = process.umask(0);
    const inner = join(folder, 'state', 'inner');
    try {
      await diskFiles.makePrivateDirectory(join(folder, 'state'));
      await diskFiles.makeInnerDirectory(inner);
      await diskFiles.replace(join(inner, 'token'), new Secret('text'));
    } finally {
      process.umask(before);
    }
    const modes = [join(folder, 'state'), inner, join(inner, 'token')].map(
      (path) => statSync(path).mode & 0o777,
    );
    if (hasModes) assert.deepEqual(modes, [0o700, 0o700, 0o600]);
    assert.equal(readFileSync(join(inner, 'token'), 'utf8'), 'text');
  });

  if (hasModes) {
    it('are refused at once where a pipe stands in their place, which nobody writes to', async () => {
      const path = join(folder, 'broker.json');
      execFileSync('mkfifo', [path]);
      await assert.rejects(diskFiles.read(path), unsafe);
      assert.equal(await diskFiles.exists(path), true);
      await diskFiles.replace(path, 'a file');
      assert.equal(await diskFiles.read(path), 'a file');
    });
  }

  it('are told to be private directories only where nobody else may enter', async () => {
    const path = join(folder, 'inner');
    assert.equal(await diskFiles.isPrivateDirectory(path), false);
    await diskFiles.makePrivateDirectory(path);
    assert.equal(await diskFiles.isPrivateDirectory(path), true);
    writeFileSync(join(path, 'file'), '');
    assert.equal(await diskFiles.isPrivateDirectory(join(path, 'file')), false);
    if (!hasModes) return;
    symlinkSync(path, join(folder, 'link'));
    assert.equal(await diskFiles.isPrivateDirectory(join(folder, 'link')), false);
    chmodSync(path, 0o755);
    assert.equal(await diskFiles.isPrivateDirectory(path), false);
  });

  it('are replaced while a reader holds the old one open, once it lets go', async () => {
    const path = join(folder, 'token');
    await diskFiles.replace(path, 'old');
    const reader = await open(path);
    const replaced = diskFiles.replace(path, 'new');
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(await reader.readFile('utf8'), 'old');
    await reader.close();
    await replaced;
    assert.equal(await diskFiles.read(path), 'new');
    assert.deepEqual(readdirSync(folder), ['token']);
  });

  it('are replaced in one step, and leave no draft behind', async () => {
    const path = join(folder, 'token');
    const texts = ['a'.repeat(5_000), 'b'.repeat(9_000)];
    await diskFiles.replace(path, texts[0] ?? '');
    const state = { torn: 0, isDone: false };
    const read = async (): Promise<void> => {
      while (!state.isDone) {
        if (!texts.includes((await diskFiles.read(path)) ?? '')) state.torn += 1;
        // Windows lets nobody replace a file while it is read.
        if (!hasModes) await new Promise((resolve) => setTimeout(resolve, 10));
      }
    };
    const reading = read();
    for (let round = 0; round < (hasModes ? 200 : 20); round += 1) {
      await diskFiles.replace(path, texts[round % 2] ?? '');
    }
    state.isDone = true;
    await reading;
    assert.equal(state.torn, 0);
    assert.deepEqual(readdirSync(folder), ['token']);
  });

  it('leave no draft behind when the place cannot be written', async () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'child'), '');
    await assert.rejects(diskFiles.replace(join(folder, 'taken'), 'text'));
    assert.deepEqual(readdirSync(folder), ['taken']);
  });

  it('say in words what the disk has against them', async () => {
    const code = 'TEMP_FOLDER_UNWRITABLE';
    const inNone = join(folder, 'none', 'name');
    const missing = { code, message: /folder is missing \(ENOENT\)/ };
    await assert.rejects(diskFiles.replace(inNone, 'text'), missing);
    await assert.rejects(diskFiles.makePrivateDirectory(inNone), missing);
    await assert.rejects(diskFiles.makeInnerDirectory(inNone), missing);
    writeFileSync(join(folder, 'none'), '');
    await assert.rejects(diskFiles.replace(inNone, 'text'), { code, message: /ENOTDIR/ });
  });

  if (hasModes) {
    it('are not read through a link', async () => {
      writeFileSync(join(folder, 'real'), 'text', { mode: 0o600 });
      symlinkSync(join(folder, 'real'), join(folder, 'link'));
      await assert.rejects(diskFiles.read(join(folder, 'link')), unsafe);
    });
  }

  it('are absent without an error', async () => {
    assert.equal(await diskFiles.read(join(folder, 'none')), undefined);
    assert.equal(await diskFiles.read(join(folder, 'none', 'below')), undefined);
    assert.equal(await diskFiles.exists(join(folder, 'none')), false);
    await diskFiles.remove(join(folder, 'none'));
  });

  const open755 = (path: string): void => {
    mkdirSync(path);
    chmodSync(path, 0o755);
  };
  for (const [what, prepare] of [
    ...(hasModes ? [['a directory that others may enter', open755] as const] : []),
    [
      'a link to a directory',
      (path: string) => {
        mkdirSync(`${path}-real`, { mode: 0o700 });
        // A junction on Windows, where anybody may make one.
        symlinkSync(`${path}-real`, path, 'junction');
      },
    ],
    ['a file', (path: string) => writeFileSync(path, '', { mode: 0o600 })],
  ] as const) {
    for (const make of ['makePrivateDirectory', 'makeInnerDirectory'] as const) {
      it(`refuse ${what} in place of their own directory (${make})`, async () => {
        const path = join(folder, 'state');
        prepare(path);
        await assert.rejects(diskFiles[make](path), unsafe);
      });
    }
  }

  it('accept a directory of their own that exists', async () => {
    for (let round = 0; round < 2; round += 1) {
      await diskFiles.makePrivateDirectory(join(folder, 'state'));
      await diskFiles.makeInnerDirectory(join(folder, 'state', 'inner'));
    }
  });
});
