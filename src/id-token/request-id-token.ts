import { FederationError } from '../errors.ts';
import { NetworkTrouble, type Clock, type Http, type HttpRequest } from '../ports.ts';
import { bearer } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { IdToken } from './id-token.ts';
import { judgeIdTokenAnswer } from './id-token-answer.ts';
import type { Job } from './job.ts';

/** The two things about a connection that asking for its ID token needs. */
export type ConnectionName = Pick<ServiceConnection, 'id' | 'name'>;

export interface GrantedIdToken {
  readonly idToken: IdToken;
  /** Azure DevOps asked not to be asked again for so many ms, although it did answer. */
  readonly pauseMs: number | undefined;
}

/**
 * Asks Azure DevOps once for an ID token of this job for a service connection.
 * @throws {FederationError} whose kind tells whether asking again can help.
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
  return new FederationError({
    code: 'DEVOPS_UNAVAILABLE',
    message: `Azure DevOps (${job.oidcRequestUri.host}) gave no ID token for the service connection "${connection.name}": ${describeTrouble(trouble)}.`,
    remedy: networkRemedy(trouble),
    kind: 'transient',
  });
}

/** What went wrong on the way, in words. */
export function describeTrouble(trouble: NetworkTrouble): string {
  const code = trouble.code === undefined ? '' : ` (${trouble.code})`;
  switch (trouble.reason) {
    case 'timeout':
      return `no complete answer in time${code}`;
    case 'connection':
      return `the connection failed${code}`;
    case 'certificate':
      return `the certificate is not trusted${code}`;
    case 'too large':
      return `the answer was far too large${code}`;
  }
}

/** A proxy that wants another user or password than the agent's goes on wanting it (HTTP 407). */
export const proxySignIn = {
  code: 'PROXY_SIGN_IN_REFUSED',
  kind: 'definite',
  why: 'the proxy of this agent did not let the request through without another user or password',
  remedy:
    'Give the agent what its proxy wants: config.sh --proxyurl --proxyusername --proxypassword, or the user and password in the address in HTTPS_PROXY.',
} as const;

/** What to do about trouble on the way. */
export function networkRemedy(trouble: NetworkTrouble): string {
  return trouble.reason === 'certificate'
    ? "Give the agent your network's authority (--sslcacert, or NODE_EXTRA_CA_CERTS in its environment)."
    : "Check the agent's network, proxy and firewall; run the job again if it was a passing outage.";
}
