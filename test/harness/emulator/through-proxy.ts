import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';

/** A way out: the proxy, and the root that its certificates lead to. */
export interface WayOut {
  readonly proxyUrl: string;
  readonly caFile: string;
}

/** A request of a test. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as a form when it is one, and as JSON otherwise. */
  readonly body?: string | URLSearchParams;
  readonly bearer?: string;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body's members, when it is a JSON object; none otherwise. */
  readonly json: Readonly<Record<string, unknown>>;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A tunnel to a host, or an error that names the proxy's status. */
export async function openTunnel(way: WayOut, host: string): Promise<Socket> {
  const asked = httpRequest(way.proxyUrl, { method: 'CONNECT', path: host, agent: false });
  asked.end();
  const [message, socket] = (await once(asked, 'connect')) as [IncomingMessage, Socket];
  if (message.statusCode === 200) return socket;
  socket.destroy();
  throw new Error(`The proxy answered ${message.statusCode ?? 0}.`);
}

function headersFor(question: Question): Readonly<Record<string, string>> {
  const { body, bearer, headers } = question;
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    ...(body === undefined ? {} : { 'Content-Type': type }),
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    ...headers,
  };
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Asks as a client behind the proxy does: CONNECT, TLS by name, one request, no redirects. */
export async function askThrough(
  way: WayOut,
  url: string,
  question: Question = {},
): Promise<Answer> {
  const { hostname } = new URL(url);
  const tunnel = await openTunnel(way, `${hostname}:443`);
  const ca = await readFile(way.caFile);
  const asked = httpsRequest(url, {
    method: question.method ?? (question.body === undefined ? 'GET' : 'POST'),
    headers: { ...headersFor(question), Connection: 'close' },
    // With a connection of one's own Node takes 80 for the usual port, and says so in `Host`.
    defaultPort: 443,
    createConnection: () => tlsConnect({ socket: tunnel, servername: hostname, ca }),
  });
  asked.end(question.body?.toString());
  try {
    const [message] = (await once(asked, 'response')) as [IncomingMessage];
    const text = await readText(message);
    return {
      status: message.statusCode ?? 0,
      headers: message.headers,
      text,
      json: parse(text),
    };
  } finally {
    tunnel.destroy();
  }
}
