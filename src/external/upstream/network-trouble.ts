import { NetworkTrouble } from '../../ports.ts';

/** TLS codes that mean: the certificate is not trusted here. */
const certificateCodes =
  /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|INVALID_(CA|PURPOSE)|PATH_LENGTH|^UNSPECIFIED$|ERR_TLS|HOSTNAME_MISMATCH|ERR_SSL/;

/**
 * A library's error as trouble on the way. Its text stays behind: it may quote the request.
 */
export function troubleOf(error: unknown): NetworkTrouble {
  if (error instanceof NetworkTrouble) return error;
  const code = codesOf(error).find((candidate) => candidate !== 'REQUEST_SEND_ERROR');
  if (code !== undefined && certificateCodes.test(code)) {
    return new NetworkTrouble('certificate', code);
  }
  if (code === 'ENOTFOUND') return new NetworkTrouble('host name', code);
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT')
    return new NetworkTrouble('timeout', code);
  return new NetworkTrouble('connection', code);
}

/** The codes of an error and of what caused it, the innermost last. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const own = 'code' in error ? error.code : undefined;
  const known = typeof own === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(own) ? [own] : [];
  return [...known, ...codesOf(error.cause, depth + 1)];
}
