import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repository } from '../package/packed-extension.ts';

describe('Where Chromium is missing', () => {
  it('the tests of the results tab say loudly that they are not run, and do not fail', () => {
    const nowhere = mkdtempSync(join(tmpdir(), 'no-programs-'));
    const mocha = join(repository, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const files = ['page', 'states', 'attempts'].map((name) => `test/tab/${name}.test.ts`);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [mocha, '--reporter', 'json', '--spec', ...files],
      { cwd: repository, encoding: 'utf8', env: { PATH: nowhere, HOME: nowhere } },
    );
    rmSync(nowhere, { recursive: true });
    const { stats } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as {
      readonly stats: { readonly tests: number; readonly failures: number };
    };
    assert.equal(status, 0, stdout + stderr);
    assert.deepEqual([stats.tests, stats.failures], [0, 0]);
    const told = stderr.match(/!! chromium is missing: "The results tab[^"]*" is NOT run\./g) ?? [];
    assert.equal(told.length, files.length, stderr);
  });
});
