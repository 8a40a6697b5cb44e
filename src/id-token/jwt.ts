import { isObject, parsed, type JsonObject } from '../json-text.ts';

/** A claim's name and its value. */
export type Claims = JsonObject;

/** The claims of a JSON Web Token (RFC 7519), unchecked; undefined where the text holds none. */
export function claimsOf(jwt: string): Claims | undefined {
  const [, payload = ''] = jwt.split('.');
  const claims = parsed(Buffer.from(payload, 'base64url').toString());
  return isObject(claims) ? claims : undefined;
}

/** A claim that is a date, in seconds of Unix time; undefined for anything that is none. */
export function dateClaim(value: unknown): Date | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0 || value > 1e11) {
    return undefined;
  }
  return new Date(value * 1_000);
}
