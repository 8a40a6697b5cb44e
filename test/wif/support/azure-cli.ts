import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { askThrough } from '../../harness/emulator/through-proxy.ts';
import type { Desk } from './desk.ts';

interface Ending {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Azure CLI as the desk has it: a stand-in on the PATH, whose answers the emulator plays. */
export class AzureCliStandIn {
  /** Each command, word by word. */
  readonly commands: string[][] = [];
  account: { readonly tenantId: string; readonly name: string };
  readonly #server: Server;
  readonly #desk: Desk;

  private constructor(desk: Desk, server: Server) {
    this.#desk = desk;
    this.#server = server;
    const name = desk.environment['AZURE_CLIENT_ID'] ?? '';
    this.account = { tenantId: desk.emulator.tenantId, name };
  }

  static async on(desk: Desk): Promise<AzureCliStandIn> {
    const server = createServer();
    const standIn = new AzureCliStandIn(desk, server);
    server.on('request', (request, response) => {
      void text(request).then(async (body) => {
        response.end(JSON.stringify(await standIn.#answer(JSON.parse(body) as string[])));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const bin = join(desk.folder, 'bin');
    mkdirSync(bin);
    copyFileSync(join(import.meta.dirname, 'az-stand-in.mjs'), join(bin, 'az'));
    chmodSync(join(bin, 'az'), 0o755);
    desk.environment = {
      ...desk.environment,
      PATH: `${bin}:${dirname(process.execPath)}`,
      AZ_STAND_IN: `http://127.0.0.1:${port}/`,
    };
    return standIn;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(words: string[]): Ending | Promise<Ending> {
    this.commands.push(words);
    if (words[1] === 'get-access-token') return this.#token(words[5] ?? '');
    if (words[0] === 'account') {
      assert.deepEqual(words, ['account', 'show', '--output', 'json']);
      const { tenantId, name } = this.account;
      const out = JSON.stringify({ tenantId, user: { name, type: 'servicePrincipal' } });
      return { code: 0, out, err: '' };
    }
    const [subject = '', tenant = ''] = [words[4], words[6]];
    const command = ['devops', 'service-endpoint', 'convert', '--azdo-subject', subject];
    const rest = ['--tenant-id', tenant, '--output', 'json'];
    if (JSON.stringify(words) !== JSON.stringify([...command, ...rest])) {
      return { code: 2, out: '', err: `ERROR: unrecognized arguments: ${words.join(' ')}` };
    }
    if (tenant !== this.#desk.emulator.tenantId) {
      return { code: 1, out: '', err: 'ERROR: Migration request failed (400): invalid token.' };
    }
    if (this.#desk.emulator.office.moveIssuer(subject) === 'not found') {
      const err = 'ERROR: Service connection or migration API not found (404).';
      return { code: 1, out: '', err };
    }
    const out = JSON.stringify({ message: 'Migration initiated.', success: true });
    return { code: 0, out, err: '' };
  }

  /** A token of the administrator, as the tenant would give it: there is one here. */
  async #token(resource: string): Promise<Ending> {
    const { emulator, administrator } = this.#desk;
    const url = `https://login.microsoftonline.com/${emulator.tenantId}/oauth2/v2.0/token`;
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: administrator['AZURE_CLIENT_ID'] ?? '',
      client_secret: administrator['AZURE_CLIENT_SECRET'] ?? '',
      scope: `${resource}/.default`,
    });
    const { json } = await askThrough(emulator, url, { body });
    const expires_on = Math.floor(Date.now() / 1_000) + 3_600;
    const told = { accessToken: json['access_token'], expires_on, tokenType: 'Bearer' };
    return { code: 0, out: JSON.stringify(told), err: '' };
  }
}
