/** A claim's name and its value. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claims of a JSON Web Token (RFC 7519), unchecked; undefined where the text holds none. */
export function claimsOf(jwt: string): Claims | undefined {
  const [, payload = ''] = jwt.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const isObject = typeof claims === 'object' && claims !== null && !Array.isArray(claims);
    return isObject ? (claims as Claims) : undefined;
  } catch {
    // Not passed on: the parser's message would quote the token.
    return undefined;
  }
}

/** A claim that is a date, in seconds of Unix time; undefined for anything that is none. */
export function dateClaim(value: unknown): Date | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0 || value > 1e11) {
    return undefined;
  }
  return new Date(value * 1_000);
}
