import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemProcesses } from '../../src/external/processes.ts';

/** Elsewhere nothing shows when a process began. */
const tellsApart = process.platform === 'linux';

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
      // A shell that replaces itself leaves its child without a parent that waits for it.
      const shell = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 5'], { stdio: 'pipe' });
      const [line] = (await once(shell.stdout, 'data')) as [Buffer];
      const zombie = Number(line.toString());
      assert.ok(await systemProcesses.identity(zombie));
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.equal(await systemProcesses.identity(zombie), undefined);
      shell.kill('SIGKILL');
    });
  }
});
