import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from './packed-extension.ts';

describe('Packing', () => {
  let folder: string;
  let staged: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'packing-'));
    staged = join(folder, 'staged');
    cpSync(join(repository, 'build', 'extension'), staged, { recursive: true });
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('leaves one package, named after the publisher that was asked for', () => {
    const { status, said } = pack('--publisher', 'someone-else', '--preview');
    assert.equal(status, 0, said);
    const [name, ...others] = readdirSync(join(folder, 'dist'));
    assert.match(name ?? '', /^someone-else\.workload-identity-\d+\.\d+\.\d+\.vsix$/);
    assert.deepEqual(others, []);
  });

  it('fails where tfx only warns, and leaves no package', () => {
    rmSync(join(staged, 'TokenRefresher', 'stop.mjs'));
    const { status, said } = pack();
    assert.equal(status, 1);
    assert.match(said, /references file that does not exist: stop\.mjs/);
    assert.deepEqual(readdirSync(join(folder, 'dist')), []);
  });

  it('fails where tfx fails', () => {
    rmSync(join(staged, 'images', 'extension.png'));
    const { status } = pack();
    assert.equal(status, 1);
    assert.deepEqual(readdirSync(join(folder, 'dist')), []);
  });

  function pack(...options: string[]): { status: number | null; said: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        join(repository, 'scripts', 'package.mjs'),
        ...['--staged', staged, '--output', join(folder, 'dist')],
        ...options,
      ],
      { encoding: 'utf8' },
    );
    return { status, said: `${stdout}${stderr}` };
  }
});
