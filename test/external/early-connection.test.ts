import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { EarlyConnection } from '../../src/external/early-connection.ts';
import { createCertificateAuthority } from '../harness/emulator/certificate-authority.ts';

const authority = createCertificateAuthority();

/** A host that counts the connections that were made to it. */
class Host {
  readonly sockets: TLSSocket[] = [];
  readonly #server: Server;

  constructor() {
    const { key, certificate: cert } = authority.identityFor('localhost');
    this.#server = createServer({ key, cert }, (incoming, response) => {
      response.end(String(this.sockets.findIndex((socket) => socket === incoming.socket)));
    });
    this.#server.on('secureConnection', (socket) => this.sockets.push(socket));
  }

  async open(): Promise<this> {
    this.#server.listen(0, 'localhost');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): URL {
    return new URL(`https://localhost:${(this.#server.address() as AddressInfo).port}/`);
  }

  /** Resolves with the next connection. */
  async dialled(): Promise<TLSSocket> {
    const [socket] = (await once(this.#server, 'secureConnection')) as [TLSSocket];
    return socket;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** Which of its connections a host answers on, counted from 0. */
function answeredOn(url: URL, agent: EarlyConnection): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, (incoming) => {
      incoming.setEncoding('utf8').once('data', resolve);
    });
    outgoing.once('error', reject).end();
  });
}

describe('An early connection', () => {
  const trusted = { ca: authority.certificate };
  let host: Host;
  beforeEach(async () => {
    host = await new Host().open();
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

  it('serves one request; the next has one of its own', async () => {
    const early = new EarlyConnection(host.url, trusted);
    assert.equal(await answeredOn(host.url, early), '0');
    assert.equal(await answeredOn(host.url, early), '1');
  });

  it('is replaced where it broke meanwhile', async () => {
    const early = new EarlyConnection(host.url, trusted);
    const socket = await host.dialled();
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await answeredOn(host.url, early), '1');
  });

  it('is given to no other host', async () => {
    const other = await new Host().open();
    try {
      const early = new EarlyConnection(host.url, trusted);
      await host.dialled();
      assert.equal(await answeredOn(other.url, early), '0');
    } finally {
      other.close();
    }
  });

  it('is as particular about certificates as any', async () => {
    await assert.rejects(answeredOn(host.url, new EarlyConnection(host.url, {})), {
      code: /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/,
    });
  });
});
