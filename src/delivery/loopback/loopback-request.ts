import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../../secret.ts';

/** A request to the loopback listener, as it came. */
export interface LoopbackRequest {
  readonly method: string;
  /** Path and query, undecoded. */
  readonly target: string;
  /** In the order of arrival, names in lower case; a name may stand more than once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** Sends the head of a good answer (200) at once, for who must know soon that it is heard. */
  readonly begin?: (headers: Readonly<Record<string, string>>) => void;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer with a JSON body. */
export function json(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): LoopbackAnswer {
  const body = JSON.stringify(value);
  return headers === undefined ? { status, body } : { status, body, headers };
}

/** An error in the two shapes that clients know: Entra's and Azure's. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): LoopbackAnswer {
  return json(
    status,
    { error: code, error_description: message, statusCode: status, message },
    headers,
  );
}

/**
 * The one answer to whoever has no capability, whatever was asked for: two that differ would show
 * which connections there are.
 */
export function unauthorized(): LoopbackAnswer {
  return errorAnswer(
    401,
    'unauthorized',
    'Nothing here is opened by that: ask the address that was exported, with the secret that was exported beside it.',
  );
}

/** The value of a header that must stand exactly once. */
export function onlyHeader(request: LoopbackRequest, name: string): string | undefined {
  const values = request.headers.filter(([key]) => key === name);
  return values.length === 1 ? values[0]?.[1] : undefined;
}

/** Path and query of a target, without any of the normalising that could make two paths one. */
export function splitTarget(target: string): { path: string; query: URLSearchParams } {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
  return { path, query };
}

/**
 * Headers that a browser or a proxy adds by itself, and no tool of a job: Fetch Metadata (W3C) of a
 * page and what else a page brings along, RFC 9110 and RFC 7239 for proxies, and what proxies wrote
 * before those. `Sec-Fetch-Mode` is none of them, because Node's own `fetch` sends it.
 */
const foreignHeaders =
  /^(origin|referer|cookie|sec-(fetch-(site|dest|user)|purpose)|via|proxy-connection|forwarded|x-forwarded(-.*)?|x-original-(host|url)|(x-|true-)?(client|real)-ip)$/;

/**
 * Refuses what no tool of the job sends: a page in a browser, a request that a proxy passed on,
 * another name of this host (a rebound DNS name).
 */
export function foreignRequest(
  request: LoopbackRequest,
  address: string,
): LoopbackAnswer | undefined {
  const foreign =
    onlyHeader(request, 'host') !== address ||
    request.headers.some(([name]) => foreignHeaders.test(name));
  return foreign ? errorAnswer(403, 'forbidden', 'This endpoint serves this job only.') : undefined;
}

/**
 * Whether the presented text is the capability, compared in constant time. What
 * has no capability opens to nobody.
 */
export function opens(capability: Secret, presented: string | undefined): boolean {
  const isEqual = timingSafeEqual(digest(presented ?? ''), digest(capability.reveal()));
  return isEqual && presented !== undefined && presented !== '';
}

/** The token of an `Authorization: Bearer` header; the scheme in any case (RFC 9110, 11.1). */
export function bearerOf(request: LoopbackRequest): string | undefined {
  return /^bearer +(\S+)$/i.exec(onlyHeader(request, 'authorization') ?? '')?.[1];
}

/** Equal lengths for the comparison, whatever came. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
