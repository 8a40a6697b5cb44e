import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { CertificateAuthority } from '../harness/emulator/certificate-authority.ts';

/** A host that counts the connections made to it, and answers each request with its connection's number. */
export class CountingHost {
  readonly sockets: TLSSocket[] = [];
  /** Those below TLS, which may not be up yet. */
  readonly #connections: Duplex[] = [];
  readonly #server: Server;

  constructor(authority: CertificateAuthority) {
    const { key, certificate: cert } = authority.identityFor('localhost');
    this.#server = createServer({ key, cert }, (incoming, response) => {
      response.end(String(this.sockets.findIndex((socket) => socket === incoming.socket)));
    });
    this.#server.on('connection', (socket) => this.#connections.push(socket));
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

  /** Resolves when there is a connection. */
  async dialled(): Promise<TLSSocket> {
    const [first] = this.sockets;
    if (first !== undefined) return first;
    const [socket] = (await once(this.#server, 'secureConnection')) as [TLSSocket];
    return socket;
  }

  close(): void {
    this.#server.close();
    for (const connection of this.#connections) connection.destroy();
  }
}
