import { FederationError } from '../errors.ts';
import { NetworkTrouble, type Clock, type Http, type HttpRequest } from '../ports.ts';
import { bearer } from '../secret.ts';
import { verdictOnTrouble } from '../upstream/network-failure.ts';
import { judgeIdTokenAnswer, type ConnectionName, type GrantedIdToken } from './id-token-answer.ts';
import type { Job } from './job.ts';

/**
 * Asks Azure DevOps once for an ID token of this job for a service connection.
 * @throws {FederationError} whose kind says whether asking again can help.
 */
export async function requestIdToken(
  connection: ConnectionName,
  job: Job,
  timeoutMs: number,
  world: { readonly http: Http; readonly clock: Clock },
): Promise<GrantedIdToken> {
  try {
    const answer = await world.http.send(idTokenRequest(connection.id, job, timeoutMs));
    return judgeIdTokenAnswer(answer, connection, world.clock.now());
  } catch (error) {
    if (error instanceof NetworkTrouble) throw unavailable(error, connection, job);
    throw error;
  }
}

/** The request of https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken. */
export function idTokenRequest(connectionId: string, job: Job, timeoutMs: number): HttpRequest {
  const url = new URL(job.oidcRequestUri);
  url.searchParams.set('api-version', '7.1');
  url.searchParams.set('serviceConnectionId', connectionId);
  return {
    method: 'POST',
    url,
    headers: {
      authorization: bearer(job.jobAccessToken),
      'content-type': 'application/json',
      accept: 'application/json',
      // Without it a refused token is answered by a redirect to a sign-in page, not by a 401.
      'x-tfs-fedauthredirect': 'Suppress',
    },
    body: '{}',
    timeoutMs,
  };
}

function unavailable(
  trouble: NetworkTrouble,
  connection: ConnectionName,
  job: Job,
): FederationError {
  const { why, ...facts } = verdictOnTrouble(trouble, 'DEVOPS_UNAVAILABLE');
  return new FederationError({
    ...facts,
    message: `Azure DevOps (${job.oidcRequestUri.host}) gave no ID token for the service connection "${connection.name}": ${why}.`,
  });
}
