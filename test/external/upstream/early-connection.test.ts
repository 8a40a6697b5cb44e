import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { request } from 'node:https';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { useFakeTimers, type SinonFakeTimers } from 'sinon';
import { EarlyConnection } from '../../../src/external/upstream/early-connection.ts';
import { createCertificateAuthority } from '../../harness/emulator/certificate-authority.ts';
import { CountingHost } from '../../support/counting-host.ts';

const authority = createCertificateAuthority();
const dialAndEnd = fileURLToPath(new URL('../programs/dial-and-end.ts', import.meta.url));

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

interface HeldLookups {
  /** What was looked up. */
  readonly names: readonly string[];
  readonly clock: SinonFakeTimers;
  answer(): void;
  restore(): void;
}

/** Time stands still, and no name of a host is found until the test wants it. */
function holdLookups(): HeldLookups {
  const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { lookup } = dns;
  const names: string[] = [];
  const waiting: (() => void)[] = [];
  const held = (name: string, ...others: unknown[]): void => {
    names.push(name);
    waiting.push(() => void Reflect.apply(lookup, dns, [name, ...others]));
  };
  Object.assign(dns, { lookup: held });
  return {
    names,
    clock,
    answer() {
      for (const go of waiting) go();
    },
    restore() {
      Object.assign(dns, { lookup });
      clock.restore();
    },
  };
}

function isSettled(promise: Promise<unknown>): () => boolean {
  let settled = false;
  void promise.then(() => (settled = true));
  return () => settled;
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
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
    // However long that took, the system is asked what came meanwhile.
    await someTurns();
    assert.equal(await answeredOn(host.url, early), '1');
  });

  it('is begun when the system is at it', async () => {
    const held = holdLookups();
    try {
      const early = new EarlyConnection(host.url, trusted);
      const begun = isSettled(early.begun);
      assert.deepEqual(held.names, ['localhost']);
      await someTurns();
      assert.equal(begun(), false);
      held.answer();
      await early.begun;
      // Time stood still, so that it was not the moment that passed; and nothing asks for it.
      await host.dialled();
    } finally {
      held.restore();
    }
  });

  it('is begun after a moment where the system does not find the host', async () => {
    const held = holdLookups();
    try {
      const begun = isSettled(new EarlyConnection(host.url, trusted).begun);
      held.clock.tick(4);
      await someTurns();
      assert.equal(begun(), false);
      held.clock.tick(50);
      await someTurns();
      assert.equal(begun(), true);
      assert.deepEqual(host.sockets, []);
    } finally {
      held.restore();
    }
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
