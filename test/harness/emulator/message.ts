/** What a fault changes in the tokens that one request makes. */
export interface Distortion {
  /** Seconds that the issuer's clock is ahead (or, negative, behind). */
  readonly clockSkewSeconds: number;
  /** Life of what is issued, in seconds, in place of the usual one. */
  readonly validitySeconds?: number;
  /** An AADSTS code with which Entra has to refuse. */
  readonly aadsts?: number;
}

/** A request as a handler sees it: no socket, no stream. */
export interface EmulatorRequest {
  readonly host: string;
  readonly method: string;
  /** Decoded path, without the query. */
  readonly path: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The named groups of the route's pattern. */
  readonly params: Readonly<Record<string, string>>;
  readonly distortion: Distortion;
}

/** What a handler adds to the journal: never a token. */
export interface Remark {
  readonly error?: string;
  readonly connectionId?: string;
  readonly scope?: string;
  readonly tokenId?: string;
}

/** An answer as a handler gives it. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly remark?: Remark;
}

/** An answer in JSON. */
export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
  remark: Remark = {},
): EmulatorResponse => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
  remark,
});

/** An answer in HTML. */
export const html = (
  status: number,
  title: string,
  headers: Readonly<Record<string, string>> = {},
  remark: Remark = {},
): EmulatorResponse => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers },
  body: `<!DOCTYPE html>\r\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
  remark,
});

/** The bearer token of a request, or undefined. */
export const bearerOf = (request: EmulatorRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers['authorization'] ?? '')?.[1];

/** The text between the slashes of a GUID-keyed thing, in the one form that maps are keyed by. */
export const normalised = (id: string): string => id.toLowerCase();
