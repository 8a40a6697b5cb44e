interface Interval {
  readonly start: number;
  readonly end: number;
}

/** Endpoint parameters that the agent does not hold to be secret. */
const openParameters = new Set(
  [
    'Role',
    'Scope',
    'TenantId',
    'IssuedAt',
    'ExpiresAt',
    'Audience',
    'AuthenticationType',
    'AuthorizationType',
    'AccessTokenType',
    'AccessTokenFetchingMethod',
    'UseWindowsSecurity',
    'Unsecured',
    'OAuthAccessTokenIsSupplied',
    'CompleteCallbackPayload',
    'AcceptUntrustedCertificates',
  ].map((name) => name.toLowerCase()),
);

/** Whether the agent masks an endpoint's authorization parameter. */
export function isMaskedParameter(name: string): boolean {
  return !openParameters.has(name.toLowerCase());
}

/**
 * The job's masker. It knows the forms that the agent registers and no other: a harness that
 * masked better than the agent would hide leaks.
 */
export class SecretMasker {
  readonly #values = new Set<string>();

  /** One value, as `task.setsecret` registers it: itself and its three encoded forms. */
  add(value: string): void {
    for (const form of [value, jsonEscaped(value), uriEscaped(value), backslashUnescaped(value)]) {
      if (form !== '') this.#values.add(form);
    }
  }

  /** A secret variable of the job message, in all the forms that the worker registers at start. */
  addJobSecret(value: string): void {
    if (value.trim() === '') return;
    const newlinesEscaped = escapedNewlines(value);
    const escaped = escapedNewlines(value.replaceAll('%', '%AZP25'));
    const base64 = Buffer.from(value, 'utf8').toString('base64');
    for (const form of [value, escaped, newlinesEscaped, base64]) this.#addUserSupplied(form);
  }

  mask(text: string): string {
    const hits = this.#hits(text).sort((a, b) => a.start - b.start);
    let masked = '';
    let position = 0;
    for (const { start, end } of merged(hits)) {
      masked += `${text.slice(position, start)}***`;
      position = end;
    }
    return masked + text.slice(position);
  }

  #addUserSupplied(value: string): void {
    this.add(value);
    for (const quote of ["'", '"']) {
      if (value.length > 1 && value.startsWith(quote) && value.endsWith(quote)) {
        this.add(trimOf(value, quote));
      }
    }
    this.add(trimOf(value, '\r\n '));
  }

  #hits(text: string): Interval[] {
    const hits: Interval[] = [];
    for (const value of this.#values) {
      let start = text.indexOf(value);
      while (start >= 0) {
        hits.push({ start, end: start + value.length });
        start = text.indexOf(value, start + 1);
      }
    }
    return hits;
  }
}

function merged(sorted: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  for (const interval of sorted) {
    const last = result.at(-1);
    if (last === undefined || interval.start > last.end) result.push(interval);
    else result[result.length - 1] = { start: last.start, end: Math.max(last.end, interval.end) };
  }
  return result;
}

function escapedNewlines(value: string): string {
  return value.replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function jsonEscaped(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** As .NET's `Uri.EscapeDataString`: everything but the unreserved characters of RFC 3986. */
function uriEscaped(value: string): string {
  return encodeURIComponent(Buffer.from(value, 'utf8').toString()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function backslashUnescaped(value: string): string {
  return value
    .replaceAll('\\\\', '\\')
    .replaceAll("\\'", "'")
    .replaceAll('\\"', '"')
    .replaceAll('\\t', '\t');
}

function trimOf(value: string, characters: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && characters.includes(value.charAt(start))) start += 1;
  while (end > start && characters.includes(value.charAt(end - 1))) end -= 1;
  return value.slice(start, end);
}
