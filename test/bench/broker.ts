import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tenantId, type Connection } from './agent-step.ts';
import { exported, runCommandOf, type Bench } from './bench.ts';
import { isAlive } from './process-figures.ts';
import type { NodeRelease } from './settings.ts';
import { newTempFolder } from './world.ts';

/** What clients of a connection were given. */
export interface Endpoints {
  readonly connection: Connection;
  readonly idTokenCapability: string;
  readonly managedIdentityCapability: string;
}

interface State {
  readonly port: number;
  readonly process: { readonly pid: number };
  readonly controlCapability: string;
  readonly connections: readonly (Endpoints & { readonly id: string })[];
}

/** A broker that a packed task started. */
export class RunningBroker {
  readonly temp: string;
  readonly node: NodeRelease;

  private constructor(node: NodeRelease, temp: string) {
    this.node = node;
    this.temp = temp;
  }

  static async start(
    bench: Bench,
    node: NodeRelease,
    connection: Connection,
    inputs: Readonly<Record<string, string>> = {},
  ): Promise<RunningBroker> {
    const temp = newTempFolder();
    const run = { task: 'TokenRefresher', connection, inputs, temp } as const;
    exported(await runCommandOf(bench, node, run), 'AZURE_OIDC_REQUEST_URL');
    return new RunningBroker(node, temp);
  }

  /** The broker that a step left in a temp folder. */
  static of(node: NodeRelease, temp: string): RunningBroker {
    return new RunningBroker(node, temp);
  }

  get state(): State {
    const file = join(this.temp, 'workload-identity', 'broker.json');
    return JSON.parse(readFileSync(file, 'utf8')) as State;
  }

  get pid(): number {
    return this.state.process.pid;
  }

  /** Registers a connection, as a later task does. */
  async register({ id, clientId }: Connection): Promise<void> {
    const authorityHost = 'https://login.microsoftonline.com/';
    const order = { id, name: id, clientId, tenantId, authorityHost, places: [] };
    const answer = await this.#control('register', order);
    if (!answer.includes('"registration"')) throw new Error(`Not registered: ${answer}`);
  }

  endpoints(connection: Connection): Endpoints {
    const kept = this.state.connections.find(({ id }) => id === connection.id);
    if (kept === undefined) throw new Error(`The broker does not keep ${connection.id}.`);
    const { idTokenCapability, managedIdentityCapability } = kept;
    return { connection, idTokenCapability, managedIdentityCapability };
  }

  /** What a client sends for an ID token, byte by byte. */
  idTokenRequest(connection: Connection): string {
    const { idTokenCapability } = this.endpoints(connection);
    return [
      `GET /connections/${connection.id}/id-token?v=1 HTTP/1.1`,
      `Host: 127.0.0.1:${this.state.port}`,
      `Authorization: Bearer ${idTokenCapability}`,
      'Accept: application/json',
      'User-Agent: hashicorp/go-azure-sdk',
      '\r\n',
    ].join('\r\n');
  }

  async idToken(connection: Connection): Promise<string> {
    const { idTokenCapability } = this.endpoints(connection);
    const headers = { authorization: `Bearer ${idTokenCapability}` };
    return (await this.#send('GET', `/connections/${connection.id}/id-token?v=1`, headers)).body;
  }

  /** Asks for an access token as managed identity; the status of the answer. */
  async askForAccessToken(
    { connection, ...capabilities }: Endpoints,
    resource: string,
  ): Promise<number> {
    const query = `api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
    const headers = { 'x-identity-header': capabilities.managedIdentityCapability };
    return (await this.#send('GET', `/connections/${connection.id}/msi?${query}`, headers)).status;
  }

  async stop(): Promise<void> {
    const { pid } = this;
    await this.#control('stop', {});
    while (isAlive(pid)) await pause(5);
  }

  async #control(route: string, body: object): Promise<string> {
    const headers = { authorization: `Bearer ${this.state.controlCapability}` };
    return (await this.#send('POST', `/control/${route}`, headers, JSON.stringify(body))).body;
  }

  #send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body = '',
  ): Promise<{ status: number; body: string }> {
    const { port } = this.state;
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
      const outgoing = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
