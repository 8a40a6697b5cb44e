import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goneWithin } from '../../e2e/support/held-job.ts';

const program = fileURLToPath(new URL('../programs/uncaught.ts', import.meta.url));

describe('An error that nothing catches', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'uncaught-'));
  });
  // What was ended before it had said its pid may still write a file.
  afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));

  for (const when of ['at once', 'later', 'unhandled']) {
    it(`fails a step in one sentence, and ends it with what it has begun (${when})`, async () => {
      const { status, output } = run('failure', when);
      assert.equal(status, 0, output);
      assert.match(output, /^##vso\[task\.logissue type=error\].+\(RangeError\).+\(UNEXPECTED\)$/m);
      assert.match(output, /^##vso\[task\.complete result=Failed\].+\(UNEXPECTED\)$/m);
      assert.match(output, /^ {2}at .+uncaught\.ts:\d+:\d+/m);
      assert.doesNotMatch(output, /hidden/);
      const file = join(folder, 'pid');
      // It may have been gone before it had begun.
      if (existsSync(file)) await goneWithin(Number(readFileSync(file, 'utf8')), 30_000);
    });
  }

  it('is a warning of a step that cleans up', () => {
    const { status, output } = run('warning', 'at once');
    assert.equal(status, 0, output);
    assert.match(output, /^##vso\[task\.logissue type=warning\].+\(UNEXPECTED\)$/m);
    assert.doesNotMatch(output, /task\.complete|type=error/);
  });

  function run(weight: string, when: string): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', program, weight, when],
      {
        env: { ...process.env, AGENT_TEMPDIRECTORY: folder, WAITING_FOLDER: folder },
        encoding: 'utf8',
        timeout: 50_000,
      },
    );
    return { status, output: stdout + stderr };
  }
});
