import type { Secret } from '../secret.ts';
import { claimsOf, dateClaim } from './jwt.ts';

/**
 * When the job's own access token ends, with which ID tokens are asked for: the job's time limit and
 * some minutes, or 48 hours (https://github.com/microsoft/azure-pipelines-agent/issues/5520 tells
 * of 24). Undefined for a token that does not say.
 */
export function endOfJobAccessToken(token: Secret): Date | undefined {
  return dateClaim(claimsOf(token.reveal())?.['exp']);
}
