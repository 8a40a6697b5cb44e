import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificateAuthority } from '../harness/emulator/certificate-authority.ts';

/** A host that counts the connections made to it, and answers each request with its connection's number. */
export class CountingHost {
  readonly sockets: TLSSocket[] = [];
  readonly #server: Server;

  constructor(authority: CertificateAuthority) {
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

  /** Resolves when there is a connection. */
  async dialled(): Promise<TLSSocket> {
    const [first] = this.sockets;
    if (first !== undefined) return first;
    const [socket] = (await once(this.#server, 'secureConnection')) as [TLSSocket];
    return socket;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
