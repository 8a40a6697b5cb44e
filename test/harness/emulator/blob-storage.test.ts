import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { argumentsOf } from '../agent/processes.ts';
import { startBlobStorage } from './blob-storage.ts';
import { createCertificateAuthority } from './certificate-authority.ts';

const key = Buffer.alloc(64, 1).toString('base64');

/** A process that starts Azurite and tells its process ID. */
const parentProgram = (folder: string): string => `
  import { startBlobStorage } from ${JSON.stringify(new URL('blob-storage.ts', import.meta.url).href)};
  import { createCertificateAuthority } from ${JSON.stringify(new URL('certificate-authority.ts', import.meta.url).href)};
  const authority = createCertificateAuthority();
  const options = { account: 'orphan', key: '${key}', folder: ${JSON.stringify(folder)}, authority };
  console.log((await startBlobStorage(options)).processId);
`;

/** On Linux one may have ended that nobody buries, as in a container without init: it has no words. */
function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return process.platform !== 'linux' || argumentsOf(processId).length > 0;
  } catch {
    return false;
  }
}

async function isGone(processId: number): Promise<void> {
  while (isAlive(processId)) await pause(100);
}

describe('the process of the blob storage', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blob-storage-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is gone once the storage is closed', async () => {
    const authority = createCertificateAuthority();
    const storage = await startBlobStorage({ account: 'teststate', key, folder, authority });
    assert.ok(isAlive(storage.processId));
    await storage.close();
    assert.ok(!isAlive(storage.processId));
  });

  it('does not outlive a parent that was killed', async () => {
    const parent = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', parentProgram(folder)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [told] = (await once(parent.stdout, 'data')) as [Buffer];
    const processId = Number(told.toString());
    assert.ok(isAlive(processId));
    parent.kill('SIGKILL');
    await isGone(processId);
  });
});
