import { FederationError, type Failure } from '../errors.ts';
import { NetworkTrouble, type Http, type HttpAnswer, type HttpRequest } from '../ports.ts';
import { bearer } from '../secret.ts';
import type { AzureConnection } from '../service-connection/service-connection.ts';
import { proxySignIn, verdictOnTrouble, type Verdict } from '../upstream/network-failure.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import type { AccessToken } from './access-token.ts';

/** What is asked of Resource Manager, for telling why it was refused. */
export interface ResourceManagerAttempt {
  readonly connection: AzureConnection;
  /** Completes "signed in, but could not …". */
  readonly purpose: string;
}

/** A GET of Resource Manager, whose access token no log shows. */
export function resourceManagerRequest(
  url: URL,
  accessToken: AccessToken,
  timeoutMs: number,
): HttpRequest {
  const headers = { authorization: bearer(accessToken.token), accept: 'application/json' };
  return { method: 'GET', url, headers, timeoutMs };
}

/** @throws {FederationError} when no answer comes. */
export async function askResourceManager(
  request: HttpRequest,
  attempt: ResourceManagerAttempt,
  world: { readonly http: Http },
): Promise<HttpAnswer> {
  try {
    return await world.http.send(request);
  } catch (error) {
    if (!(error instanceof NetworkTrouble)) throw error;
    const { host } = attempt.connection.resourceManager;
    const verdict = verdictOnTrouble(error, 'RESOURCE_MANAGER_UNAVAILABLE');
    const why = `Resource Manager (${host}) could not be asked: ${verdict.why}`;
    throw resourceManagerFailure(attempt, { ...verdict, why });
  }
}

/** What is wrong with an answer, whatever was asked; undefined where only the question can tell. */
export function troubleOfAnswer(
  { status, headers }: HttpAnswer,
  attempt: ResourceManagerAttempt,
  now: Date,
): FederationError | undefined {
  if (status === 429 || status === 408 || status >= 500) {
    return resourceManagerFailure(attempt, {
      code: 'RESOURCE_MANAGER_UNAVAILABLE',
      kind: 'transient',
      why: `Resource Manager is out of order or limits requests at the moment (HTTP ${status})`,
      remedy: 'Run the job again; look at https://azure.status.microsoft.',
      retryAfterMs: retryAfterMs(headers, now),
    });
  }
  if (status === 407) return resourceManagerFailure(attempt, proxySignIn);
  if (status >= 200 && status < 400) {
    return resourceManagerFailure(attempt, {
      code: 'RESOURCE_MANAGER_UNAVAILABLE',
      kind: 'transient',
      why: `something between answered in place of Resource Manager (HTTP ${status})`,
      remedy:
        'Look for a proxy or gateway between the agent and Azure that wants a sign-in or answers with a page of its own.',
    });
  }
  return undefined;
}

/** A failure with the connection and what was asked. */
export function resourceManagerFailure(
  { connection, purpose }: ResourceManagerAttempt,
  { why, ...facts }: Verdict & Pick<Failure, 'retryAfterMs'>,
): FederationError {
  const message = `The service connection "${connection.name}" signed in, but could not ${purpose}: ${why}.`;
  return new FederationError({ ...facts, message });
}
