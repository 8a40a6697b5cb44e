import assert from 'node:assert/strict';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemTools } from '../../../src/external/machine/tools.ts';
import { goneWithin } from '../../e2e/support/held-job.ts';

const program = fileURLToPath(new URL('../programs/run-tool.ts', import.meta.url));

/** Each way in which a step ends while a tool runs, and how that looks from outside. */
const ways: readonly (readonly [how: NodeJS.Signals | 'exit', outcome: unknown])[] = [
  ['SIGINT', [null, 'SIGINT']],
  ['SIGTERM', [null, 'SIGTERM']],
  ['SIGHUP', [null, 'SIGHUP']],
  ['exit', [7, null]],
];

describe('A tool that runs', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'running-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function pidsIn(file: string, child: ChildProcess): Promise<readonly number[]> {
    for (;;) {
      const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
      if (lines.length === 2) return lines.map(Number);
      assert.equal(child.exitCode, null);
      await pause(20);
    }
  }

  for (const [how, outcome] of ways) {
    it(`ends with the step, and all that it started (${how})`, async () => {
      const file = join(folder, 'pids');
      const child = fork(program, [file, how], { execArgv: ['--import', 'tsx'] });
      const ended = once(child, 'exit');
      const pids = await pidsIn(file, child);
      if (how === 'exit') child.send('now');
      else child.kill(how);
      assert.deepEqual(await ended, outcome);
      for (const pid of pids) await goneWithin(pid, 5_000);
    });
  }

  it('goes on where somebody else handles the signal, and ends with the process', async () => {
    const file = join(folder, 'pids');
    const child = fork(program, [file, 'in order'], { execArgv: ['--import', 'tsx'] });
    const ended = once(child, 'exit');
    const pids = await pidsIn(file, child);
    const heard = once(child, 'message');
    child.kill('SIGINT');
    await heard;
    await pause(200);
    for (const pid of pids) process.kill(pid, 0);
    child.kill('SIGINT');
    assert.deepEqual(await ended, [null, 'SIGINT']);
    for (const pid of pids) await goneWithin(pid, 5_000);
  });

  it('changes nothing of what a signal does once it has ended', async () => {
    const count = (): number => process.listenerCount('SIGINT') + process.listenerCount('exit');
    const before = count();
    const run = { program: process.execPath, environment: {}, timeoutMs: 30_000 };
    await Promise.all([
      systemTools.run({ ...run, arguments: ['-e', ''] }),
      systemTools.run({ ...run, arguments: ['-e', ''] }),
    ]);
    assert.equal(count(), before);
  });
});
