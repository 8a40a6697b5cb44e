import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { systemProcesses } from '../../../src/external/machine/processes.ts';

/** Elsewhere nothing shows when a process began. */
const tellsApart = process.platform === 'linux';

/** The state of a process as proc(5) has it. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.charAt(stat.lastIndexOf(')') + 2);
}

describe('Processes of the system', () => {
  it('are told apart by identity while they live, and have none afterwards', async () => {
    const own = await systemProcesses.identity(process.pid);
    assert.ok(own);
    assert.equal(await systemProcesses.identity(process.pid), own);
    const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    const pid = child.pid ?? 0;
    assert.ok(await systemProcesses.identity(pid));
    const exit = once(child, 'exit');
    await systemProcesses.end({ pid, identity: 'that of another' });
    assert.ok(await systemProcesses.identity(pid));
    await systemProcesses.end({ pid, identity: (await systemProcesses.identity(pid)) ?? '' });
    if (!tellsApart) {
      // It might be another one by now, so it is let be.
      assert.ok(await systemProcesses.identity(pid));
      child.kill('SIGKILL');
    }
    await exit;
    assert.equal(await systemProcesses.identity(pid), undefined);
    await systemProcesses.end({ pid, identity: own });
  });

  if (tellsApart) {
    it('count as gone when nobody has fetched their exit code yet', async () => {
      // A shell that replaces itself leaves its child, which ends as the test wants, without a
      // parent that waits for it.
      const shell = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      });
      const [line] = (await once(shell.stdout ?? assert.fail(), 'data')) as [Buffer];
      const zombie = Number(line.toString());
      assert.ok(await systemProcesses.identity(zombie));
      (shell.stdio[3] as Socket).end();
      for (let round = 0; round < 500 && stateOf(zombie) !== 'Z'; round += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(stateOf(zombie), 'Z');
      assert.equal(await systemProcesses.identity(zombie), undefined);
      shell.kill('SIGKILL');
    });
  }
});
