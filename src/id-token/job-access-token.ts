import type { Secret } from '../secret.ts';

/**
 * When the job's own access token ends, with which ID tokens are asked for: the job's time limit and
 * some minutes, or 48 hours (https://github.com/microsoft/azure-pipelines-agent/issues/5520 tells
 * of 24). Undefined for a token that does not tell.
 */
export function endOfJobAccessToken(token: Secret): Date | undefined {
  const [, payload = ''] = token.reveal().split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : 0;
    if (typeof exp === 'number' && exp > 0 && exp < 1e11) return new Date(exp * 1_000);
  } catch {
    // An opaque token: nobody can tell.
  }
  return undefined;
}
