import { FederationError, type Failure } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Clock, EntraAccessTokens, ExchangeOutcome } from '../ports.ts';
import { remedies } from '../remedies.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { proxySignIn, verdictOnTrouble } from '../upstream/network-failure.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import { accessTokenLifeMs, type AccessToken } from './access-token.ts';
import { entraFailure } from './entra-failures.ts';

/** What the exchange needs to know of a connection. */
export type Identity = Pick<ServiceConnection, 'name' | 'authorityHost' | 'tenantId' | 'clientId'>;

/**
 * Hands the ID token to Entra as the client assertion (RFC 7523) and gets an access token for it.
 * @throws {FederationError} whose kind says whether asking again can help.
 */
export async function exchange(
  identity: Identity,
  idToken: IdToken,
  scope: string,
  timeoutMs: number,
  world: { readonly entra: EntraAccessTokens; readonly clock: Clock },
): Promise<AccessToken> {
  const { authorityHost, tenantId, clientId } = identity;
  const clientAssertion = idToken.token;
  const request = { authorityHost, tenantId, clientId, clientAssertion, scope, timeoutMs };
  const outcome = await world.entra.exchange(request);
  const now = world.clock.now();
  const attempt = { identity, idToken, scope };
  if (!outcome.granted) throw new FederationError(judgeRefusal(outcome, attempt, now));
  const accessToken = { token: outcome.token, scope, expiresOn: outcome.expiresOn };
  if (accessTokenLifeMs(accessToken, now) > 0) return accessToken;
  throw new FederationError(unusable(attempt, 'the one that it gave had expired already'));
}

/** What was asked: it explains a refusal. */
export interface ExchangeAttempt {
  readonly identity: Identity;
  readonly idToken: IdToken;
  readonly scope: string;
}

type Refused = Extract<ExchangeOutcome, { granted: false }>;

/** Entra's refusal in our words: its own number first, then the status, then the network. */
export function judgeRefusal(refused: Refused, attempt: ExchangeAttempt, now: Date): Failure {
  const [number] = refused.aadsts;
  if (number === undefined) return outage(refused, attempt, now);
  const failure = entraFailure(number, attempt, refused.correlationId);
  const isPassing = failure.kind === 'transient' || isOverload(refused.status);
  if (!isPassing) return failure;
  return { ...failure, kind: 'transient', retryAfterMs: retryAfterMs(refused.headers, now) };
}

/** By such a status Entra says that it cannot answer now, whatever number comes with it. */
function isOverload(status: number | undefined): boolean {
  return status === 429 || (status !== undefined && status >= 500);
}

function outage(refused: Refused, attempt: ExchangeAttempt, now: Date): Failure {
  const failed = failedTo(attempt);
  const onTheWay =
    refused.trouble !== undefined
      ? verdictOnTrouble(refused.trouble, 'ENTRA_UNAVAILABLE')
      : refused.status === 407
        ? proxySignIn
        : undefined;
  if (onTheWay !== undefined) {
    const { why, ...facts } = onTheWay;
    return { ...facts, message: `${failed}: ${why}.` };
  }
  const status = refused.status === undefined ? 'no status' : `HTTP ${refused.status}`;
  if (refused.status === 429) {
    return {
      code: 'ENTRA_THROTTLED',
      message: `${failed}: it limits the rate of requests at the moment (${status}).`,
      remedy: remedies.ENTRA_THROTTLED,
      kind: 'transient',
      retryAfterMs: retryAfterMs(refused.headers, now),
    };
  }
  const why = `its answer could not be used (${status})`;
  return { ...unusable(attempt, why), retryAfterMs: retryAfterMs(refused.headers, now) };
}

function unusable(attempt: ExchangeAttempt, why: string): Failure {
  return {
    code: 'ENTRA_UNAVAILABLE',
    message: `${failedTo(attempt)}: ${why}.`,
    remedy: remedies.ENTRA_UNAVAILABLE,
    kind: 'transient',
  };
}

function failedTo({ identity, scope }: ExchangeAttempt): string {
  return `Entra (${identity.authorityHost.host}) gave no access token for ${scope} to the service connection "${identity.name}"`;
}
