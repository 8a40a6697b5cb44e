/** The services that an administrator's commands talk to. */
export type ServiceName = 'Azure DevOps' | 'Microsoft Graph' | 'Resource Manager';

/** A request to one of them. */
export interface WebRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Below the service's own address, the query included; made by {@link path}. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * A service, signed in to: one request at a time, nothing followed and nothing retried. Rejects
 * with a `NetworkTrouble` when there is no answer to judge.
 */
export interface Web {
  readonly service: ServiceName;
  send(request: WebRequest): Promise<WebAnswer>;
}

/**
 * The address of a path below a service.
 * @throws {TypeError} for a path that leads to another host, where no credential may go.
 */
export function addressOf(path: string, base: URL): URL {
  const url = new URL(path, base);
  if (url.origin !== base.origin) throw new TypeError('A path leads to another host.');
  return url;
}

/** A path whose values are escaped, so that a name with a slash stays one name. */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: texts }, ...values.map((value) => encodeURIComponent(value)));
}
