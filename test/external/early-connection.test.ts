import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { EarlyConnection } from '../../src/external/early-connection.ts';
import { createCertificateAuthority } from '../harness/emulator/certificate-authority.ts';
import { CountingHost } from '../support/counting-host.ts';

const authority = createCertificateAuthority();
const dialAndEnd = fileURLToPath(new URL('programs/dial-and-end.ts', import.meta.url));

/** Which of its connections a host answers on, counted from 0. */
function answeredOn(url: URL, agent: EarlyConnection): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, (incoming) => {
      const chunks: string[] = [];
      incoming.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      // The agent has the connection back when this is through.
      incoming.on('end', () => setImmediate(resolve, chunks.join('')));
    });
    outgoing.once('error', reject).end();
  });
}

describe('An early connection', () => {
  const trusted = { ca: authority.certificate };
  let host: CountingHost;
  beforeEach(async () => {
    host = await new CountingHost(authority).open();
  });
  afterEach(() => host.close());

  it('is there before the first request, which takes it', async () => {
    const early = new EarlyConnection(host.url, trusted);
    await host.dialled();
    assert.equal(await answeredOn(host.url, early), '0');
    assert.equal(host.sockets.length, 1);
  });

  it('need not be ready when the request comes', async () => {
    const early = new EarlyConnection(host.url, trusted);
    assert.equal(await answeredOn(host.url, early), '0');
    assert.equal(host.sockets.length, 1);
  });

  it('is kept for the request that follows', async () => {
    const early = new EarlyConnection(host.url, trusted);
    assert.equal(await answeredOn(host.url, early), '0');
    assert.equal(await answeredOn(host.url, early), '0');
  });

  it('is replaced where it broke meanwhile', async () => {
    const early = new EarlyConnection(host.url, trusted);
    const socket = await host.dialled();
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await answeredOn(host.url, early), '1');
  });

  it('is begun when the system is at it, or else after a moment', async () => {
    const early = new EarlyConnection(host.url, trusted);
    await early.begun;
    await new EarlyConnection(new URL('https://nobody.invalid/'), {}).begun;
  });

  it('is given to no other host', async () => {
    const other = await new CountingHost(authority).open();
    try {
      const early = new EarlyConnection(host.url, trusted);
      await host.dialled();
      assert.equal(await answeredOn(other.url, early), '0');
    } finally {
      other.close();
    }
  });

  // Elsewhere 127.0.0.1 is the only address of its kind.
  if (process.platform === 'linux') {
    it('keeps no process that has nothing else to do, whichever address answers', async () => {
      const silent = createSocketServer().listen(0, '127.0.0.2');
      await once(silent, 'listening');
      const { port } = silent.address() as AddressInfo;
      try {
        const [code] = (await once(
          spawn(process.execPath, ['--import', 'tsx', dialAndEnd, String(port)], {
            timeout: 15_000,
          }),
          'exit',
        )) as [number];
        assert.equal(code, 0);
      } finally {
        silent.close();
      }
    });
  }

  it('is as particular about certificates as any', async () => {
    await assert.rejects(answeredOn(host.url, new EarlyConnection(host.url, {})), {
      code: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    });
  });
});
