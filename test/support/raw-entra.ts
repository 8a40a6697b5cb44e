import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExchangeRequest, NetworkSettings } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { createCertificateAuthority } from '../harness/emulator/certificate-authority.ts';
import { anIdTokenText, ids } from './builders.ts';

/** One for which every answer will do. */
export const anyExchange: ExchangeRequest = {
  authorityHost: new URL('https://login.microsoftonline.com/'),
  tenantId: ids.tenant,
  clientId: ids.client,
  clientAssertion: new Secret(anIdTokenText()),
  scope: 'https://management.azure.com/.default',
  timeoutMs: 5_000,
};

/** An answer of JSON as it goes over the wire. */
export function bytesOf(status: number, headers: readonly string[], body: string): string {
  return [
    `HTTP/1.1 ${status} Whatever`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}

/** An Entra behind a proxy that answers every request with the bytes it is given, and hangs up. */
export class RawEntra {
  bytes = Buffer.alloc(0);
  readonly #authority = createCertificateAuthority();
  readonly #folder = mkdtempSync(join(tmpdir(), 'raw-entra-'));
  readonly #tunnels: Socket[] = [];
  readonly #proxy = createServer();

  async open(): Promise<this> {
    writeFileSync(this.#authoritiesFile, this.#authority.certificate);
    const entra = createTlsServer(
      { SNICallback: (host, done) => done(null, this.#authority.contextFor(host)) },
      (request) => {
        const { socket } = request;
        request.resume().on('end', () => socket.end(this.bytes));
      },
    );
    this.#proxy.on('connect', (_request, socket: Socket) => {
      this.#tunnels.push(socket.on('error', () => undefined));
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      entra.emit('connection', socket);
    });
    this.#proxy.listen(0, '127.0.0.1');
    await once(this.#proxy, 'listening');
    return this;
  }

  /** How it is reached. */
  get network(): NetworkSettings {
    const { port } = this.#proxy.address() as AddressInfo;
    const proxy = { url: `http://127.0.0.1:${port}`, bypass: [] };
    return { authoritiesFile: this.#authoritiesFile, proxy };
  }

  close(): void {
    this.#proxy.close();
    for (const tunnel of this.#tunnels) tunnel.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #authoritiesFile(): string {
    return join(this.#folder, 'root.pem');
  }
}
