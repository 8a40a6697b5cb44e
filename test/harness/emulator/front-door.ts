import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import type { CertificateAuthority } from './certificate-authority.ts';
import { tenancyOf } from './clouds.ts';
import { faultName, placeOf, type FaultBook } from './faults.ts';
import type { WritableJournal } from './journal.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { deliveryOf, distortionOf, insteadOf, spoiled, type Delivery } from './misbehaviour.ts';
import type { Handler } from './route.ts';
import { findRoute } from './routes.ts';
import { clientName } from './user-agent.ts';
import type { World } from './world.ts';

/** What the doors share. */
export interface House {
  readonly world: World;
  readonly journal: WritableJournal;
  readonly faults: FaultBook;
  readonly authority: CertificateAuthority;
}

const maxBodyBytes = 256 * 1024 * 1024;
const dripMs = 1000;

async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBodyBytes) throw new Error('The request is too large.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const headersOf = (message: IncomingMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function requestOf(message: IncomingMessage): Promise<EmulatorRequest> {
  const target = message.url ?? '/';
  const [path = '/', query = ''] = target.split('?', 2);
  const host = (message.headers.host ?? '').replace(/:443$/, '').toLowerCase();
  return {
    host,
    method: message.method ?? 'GET',
    // go-azure-sdk and others write slashes double now and then, and Azure does not mind.
    path: decoded(path).replaceAll(/\/{2,}/g, '/'),
    target,
    query: new URLSearchParams(query),
    headers: headersOf(message),
    body: await readBody(message),
    params: {},
    distortion: { clockSkewSeconds: 0 },
  };
}

const isOpen = (response: ServerResponse): boolean => !response.destroyed;

async function drip(response: ServerResponse, body: Buffer): Promise<void> {
  const middle = Math.floor(body.length / 2);
  response.write(body.subarray(0, middle));
  for (let at = middle; at < body.length && isOpen(response); at += 1) {
    await wait(dripMs, undefined, { ref: false });
    if (isOpen(response)) response.write(body.subarray(at, at + 1));
  }
  response.end();
}

async function send(
  answer: EmulatorResponse,
  delivery: Delivery,
  response: ServerResponse,
): Promise<void> {
  if (delivery === 'silence') return;
  if (delivery === 'reset') {
    response.destroy();
    return;
  }
  if (typeof delivery === 'object') await wait(delivery.delayMs, undefined, { ref: false });
  const body = Buffer.from(answer.body);
  // Only an answer to HEAD brings a length that is not its body's.
  const { 'content-length': length = String(body.length), ...headers } = answer.headers;
  const bare = answer.status === 204 || answer.status === 304;
  response.writeHead(answer.status, {
    ...headers,
    ...(bare ? {} : { 'Content-Length': length }),
  });
  if (delivery === 'slow-body') return drip(response, body);
  if (delivery !== 'cut-off') {
    response.end(body);
    return;
  }
  response.write(body.subarray(0, Math.floor(body.length / 2)));
  await wait(50);
  response.destroy();
}

async function run(
  handler: Handler,
  request: EmulatorRequest,
  world: World,
): Promise<EmulatorResponse> {
  try {
    return await handler(request, world);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return json(500, { message }, {}, { error: `emulator: ${message}` });
  }
}

/** Finds the route, plays a fault if one is due, answers, and writes it all down. */
async function handle(
  asked: EmulatorRequest,
  response: ServerResponse,
  house: House,
): Promise<void> {
  const at = new Date();
  const tenancy = tenancyOf(asked.host, house.world.clouds);
  if (!tenancy) {
    await send(json(421, { message: 'Misdirected request.' }), 'whole', response);
    return;
  }
  const { route, params } = findRoute(tenancy, asked.path);
  const place = placeOf(route.name);
  const fault = place && house.faults.strike(place, asked);
  const request = { ...asked, params, distortion: distortionOf(fault) };
  const answer = insteadOf(fault) ?? (await run(route.handle, request, house.world));
  house.journal.write({
    at,
    host: asked.host,
    method: asked.method,
    path: asked.path,
    route: route.name,
    client: clientName(asked.headers),
    status: answer.status,
    ...(fault === undefined ? {} : { fault: faultName(fault) }),
    ...answer.remark,
  });
  await send(spoiled(answer, fault), deliveryOf(fault), response);
}

/** The TLS server behind the proxy. It does not listen: the proxy hands it connections. */
export function createFrontDoor(house: House): TlsServer {
  const server = createTlsServer(
    {
      SNICallback: (host, done) => done(null, house.authority.contextFor(host)),
      keepAliveTimeout: 60_000,
    },
    (message, response) => {
      requestOf(message)
        .then((request) => handle(request, response, house))
        .catch(() => response.destroy());
    },
  );
  // A client that breaks off is no event.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}
