import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createCertificateAuthority } from '../../harness/emulator/certificate-authority.ts';

interface Running {
  readonly child: ChildProcess;
  /** What it has written until now. */
  readonly written: () => string;
}

function start(
  name: string,
  words: readonly string[] = [],
  env: Record<string, string> = {},
): Running {
  const program = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  return { child, written: () => text };
}

async function until(running: Running, word: string): Promise<void> {
  while (!running.written().includes(word)) {
    assert.equal(running.child.exitCode, null, running.written());
    await pause(20);
  }
}

describe('A process of ours', function () {
  this.timeout(60_000);

  it('checks certificates although the environment says that it need not', async () => {
    const { certificate, key } = createCertificateAuthority().identityFor('127.0.0.1');
    const server = createServer({ cert: certificate, key }, (_, response) => {
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const asking = start('hardened', [String(port)], { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    await once(asking.child, 'close');
    server.close();
    assert.match(asking.written(), /refused [A-Z_]*(CERT|SIGNATURE|ISSUER)/);
  });

  for (const name of ['AZURE_REGIONAL_AUTHORITY_NAME', 'MSAL_FORCE_REGION']) {
    it(`sends an ID token to the authority of the connection, whatever ${name} is`, async () => {
      const asked: (string | undefined)[] = [];
      const proxy = createProxy().on('connect', ({ url }, socket) => {
        asked.push(url);
        socket.destroy();
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const { port } = proxy.address() as AddressInfo;
      const exchanging = start('hardened', [String(port), 'entra'], { [name]: 'evil.example/' });
      await once(exchanging.child, 'close');
      proxy.close();
      assert.deepEqual(asked, ['login.microsoftonline.com:443'], exchanging.written());
    });
  }

  if (process.platform === 'win32') return;

  it('opens no inspector for a signal', async () => {
    const running = start('hardened');
    await until(running, 'ready');
    running.child.kill('SIGUSR1');
    await pause(1_000);
    assert.equal(running.child.exitCode, null);
    assert.equal(running.written(), 'ready\n');
    running.child.kill('SIGKILL');
  });

  const endings = [
    'SIGTERM',
    'SIGHUP',
    'SIGQUIT',
    'SIGUSR2',
    'SIGALRM',
    'SIGPROF',
    'SIGTSTP',
  ] as const;
  for (const signal of endings) {
    it(`cleans up before it ends, as the broker, for ${signal}`, async () => {
      const running = start('ended');
      await until(running, 'ready');
      running.child.kill(signal);
      const [code] = (await once(running.child, 'close')) as [number | null];
      assert.equal(running.written(), 'ready\ncleaned up\n');
      assert.equal(code, 0);
    });
  }
});
