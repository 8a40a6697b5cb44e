import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { openPackage, repository, textOf, fileOf } from '../../package/packed-extension.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** Serves the addressable files of the packed extension, as the gallery does, and the host page. */
export class PackedPage {
  readonly #server: Server;

  constructor() {
    const extension = openPackage();
    const manifest = textOf(extension, 'extension.vsixmanifest');
    const addressable = new Set(
      [...manifest.matchAll(/<Asset [^>]*Path="([^"]+)" Addressable="true"/g)].map(
        ([, path]) => path,
      ),
    );
    this.#server = createServer((request, response) => {
      const path = (request.url ?? '').slice(1);
      const type = { 'content-type': types[extname(path)] ?? 'application/octet-stream' };
      if (addressable.has(path)) {
        response.writeHead(200, type).end(fileOf(extension, path).content);
      } else if (/^host\.(html|js)$/.test(path)) {
        response
          .writeHead(200, type)
          .end(readFileSync(join(repository, 'test', 'tab', 'host', path)));
      } else {
        response.writeHead(404).end();
      }
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Another origin than that of the tab, as on Azure DevOps Services. */
  get host(): string {
    return `http://127.0.0.1:${this.#port}/host.html`;
  }

  get tab(): string {
    return `http://localhost:${this.#port}/tab/index.html`;
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }
}
