import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LoopbackListener } from '../../broker/run.ts';
import type { LoopbackAnswer, LoopbackRequest } from '../../delivery/loopback/loopback-request.ts';
import { Backlog } from './backlog.ts';
import { Newcomers } from './newcomers.ts';

const address = '127.0.0.1';
const maxBodyBytes = 64 * 1024;

/** How long answers on their way may take when the listener closes, in ms. */
const closingMs = 250;

/** Bounds that no honest client meets. */
const bounds = {
  maxHeaderSize: 16 * 1024,
  // Both are looked at every five seconds, so that the slowest is cut after ten.
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 30_000,
} as const;
const maxConnections = 2_000;

/** Who is turned away waits until the job's own requests are answered. */
const turnedAway = new Backlog();

/** How many whole requests came on a connection. */
const received = new WeakMap<Socket, number>();

type Handle = (request: LoopbackRequest) => Promise<LoopbackAnswer>;

/** Listens on 127.0.0.1 only, on the wanted port or, if that is taken, on one of the system's. */
export async function listenOnLoopback(
  wantedPort: number | undefined,
  handle: Handle,
): Promise<LoopbackListener> {
  const newcomers = new Newcomers();
  const server = createServer(bounds, (request, response) => {
    void serve(request, response, (received) => {
      newcomers.release(request.socket);
      return handle(received);
    });
  });
  server.on('connection', (socket: Socket) => newcomers.add(socket));
  server.maxConnections = maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    turnedAway.add(() => {
      if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, error.code);
      else lookAgain(socket);
    });
  });
  const port = await listen(server, wantedPort ?? 0).catch((error: unknown) => {
    if (wantedPort === undefined) throw error;
    return listen(server, 0);
  });
  return { port, close: () => close(server) };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Whoever finds the queue of the system full tries again only after a second.
    server.listen({ host: address, port, exclusive: true, backlog: maxConnections }, () => {
      server.removeListener('error', reject);
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handle,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (body === undefined) {
      respond(response, { status: 413, body: '{"error":"too_large"}' });
      return;
    }
    received.set(request.socket, (received.get(request.socket) ?? 0) + 1);
    const { method = '', url: target = '' } = request;
    const begin = (headers: Readonly<Record<string, string>>): void => {
      response.writeHead(200, { ...answerHeaders, ...headers });
      response.flushHeaders();
    };
    const answer = await handle({ method, target, headers: headersOf(request), body, begin });
    if (closing.has(answer.status)) turnedAway.add(() => respondOrEnd(response, answer));
    else respond(response, answer);
  } catch {
    response.destroy();
  }
}

/**
 * After this process was suspended, every connection looks late although its request may lie in
 * the system's buffers: what has come is read before the client is called slow.
 */
function lookAgain(socket: Socket): void {
  const { bytesRead } = socket;
  setImmediate(() => {
    if (socket.bytesRead === bytesRead) refuse(socket, 'ERR_HTTP_REQUEST_TIMEOUT');
    else if (!socket.destroyed) cutUnlessReceived(socket);
  });
}

/** Node does not look at the connection a second time before its next request. */
function cutUnlessReceived(socket: Socket): void {
  const before = received.get(socket);
  const cut = setTimeout(() => {
    if (received.get(socket) === before) socket.destroy();
  }, bounds.requestTimeout);
  socket.once('close', () => clearTimeout(cut));
}

const statuses: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
};

/** What could not be read as a request gets an answer of its status alone, as from Node itself. */
function refuse(socket: Socket, code = ''): void {
  if (socket.writable && socket.bytesWritten === 0) {
    socket.write(`HTTP/1.1 ${statuses[code] ?? '400 Bad Request'}\r\nConnection: close\r\n\r\n`);
  }
  socket.destroy();
}

function headersOf({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([(rawHeaders[index] ?? '').toLowerCase(), rawHeaders[index + 1] ?? '']);
  }
  return headers;
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  // Nearly every request has none, and the machinery of streams costs more than the answer.
  const { 'content-length': announced, 'transfer-encoding': coding } = request.headers;
  if (coding === undefined && (announced === undefined || announced === '0')) return '';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Whoever gets one of these has no business here, and no claim to a connection that stays. */
const closing = new Set([401, 403, 413]);

const answerHeaders = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
} as const;

function respond(response: ServerResponse, { status, body, headers }: LoopbackAnswer): void {
  if (!response.headersSent) {
    response.writeHead(status, {
      ...answerHeaders,
      'content-length': Buffer.byteLength(body),
      ...headers,
      ...(closing.has(status) ? { connection: 'close' } : {}),
    });
  }
  response.end(body);
}

/** For later, when nobody catches what it throws. */
function respondOrEnd(response: ServerResponse, answer: LoopbackAnswer): void {
  try {
    respond(response, answer);
  } catch {
    response.destroy();
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), closingMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
