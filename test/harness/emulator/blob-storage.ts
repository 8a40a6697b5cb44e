import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CertificateAuthority } from './certificate-authority.ts';
import type { EmulatorRequest, EmulatorResponse } from './message.ts';

/** A blob service that takes requests which are already judged. */
export interface BlobStorage {
  readonly account: string;
  /** Process ID of Azurite. */
  readonly processId: number;
  forward(request: EmulatorRequest): Promise<EmulatorResponse>;
  close(): Promise<void>;
}

/** What Azurite is started with. */
export interface BlobStorageOptions {
  readonly account: string;
  /** Base64. */
  readonly key: string;
  readonly folder: string;
  readonly authority: CertificateAuthority;
}

const program = fileURLToPath(new URL('azurite-process.mjs', import.meta.url));
const startMs = 100_000;

async function launch(options: BlobStorageOptions): Promise<ChildProcess> {
  const folder = join(options.folder, 'azurite');
  await mkdir(folder, { recursive: true });
  const identity = options.authority.identityFor('localhost');
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await writeFile(certificate, identity.certificate);
  await writeFile(key, identity.key, { mode: 0o600 });
  const flags = ['--blobPort', '0', '--oauth', 'basic', '--cert', certificate, '--key', key];
  const quiet = ['--silent', '--skipApiVersionCheck', '--disableTelemetry'];
  return spawn(process.execPath, [program, ...flags, ...quiet, '--inMemoryPersistence'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      AZURITE_ACCOUNTS: `${options.account}:${options.key}`,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** The port that Azurite names in its last line of greeting. */
async function portOf(azurite: ChildProcess): Promise<number> {
  let said = '';
  const listening = new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      said += chunk.toString();
      const port = /successfully listens on https:\/\/[^\s]+:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    azurite.stdout?.on('data', read);
    azurite.stderr?.on('data', read);
    azurite.once('exit', () => reject(new Error(`Azurite ended: ${said}`)));
    azurite.once('error', reject);
    setTimeout(() => reject(new Error(`Azurite does not listen: ${said}`)), startMs).unref();
  });
  return listening;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const hopByHop = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

const withoutHops = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));

const endToEnd = (message: IncomingMessage, isHead: boolean): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(message.headers)
      .filter(([name]) => !hopByHop.includes(name) || (isHead && name === 'content-length'))
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );

async function stop(azurite: ChildProcess): Promise<void> {
  if (azurite.exitCode !== null || azurite.signalCode !== null) return;
  const ended = once(azurite, 'close');
  azurite.stdin?.destroy();
  azurite.kill('SIGKILL');
  await ended;
}

/** Starts Azurite with one account, its data in memory. */
export async function startBlobStorage(options: BlobStorageOptions): Promise<BlobStorage> {
  const azurite = await launch(options);
  const port = await portOf(azurite).catch(async (error: unknown) => {
    await stop(azurite);
    throw error;
  });
  const agent = new Agent({ keepAlive: true, ca: options.authority.certificate });
  const forward = async (request: EmulatorRequest): Promise<EmulatorResponse> => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    // The host stays the account's own, which is how Azurite knows the account.
    const outgoing = httpsRequest({
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.target,
      headers: {
        ...withoutHops(request.headers),
        ...(isReading ? {} : { 'content-length': String(request.body.length) }),
        host: request.host,
      },
      servername: 'localhost',
      agent,
    });
    outgoing.end(request.body);
    const [message] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = await bodyOf(message);
    const error = message.headers['x-ms-error-code'];
    return {
      status: message.statusCode ?? 502,
      headers: endToEnd(message, request.method === 'HEAD'),
      body,
      ...(typeof error === 'string' ? { remark: { error } } : {}),
    };
  };
  return {
    account: options.account,
    processId: azurite.pid ?? 0,
    forward,
    close: async () => {
      agent.destroy();
      await stop(azurite);
    },
  };
}
