import { FederationError, shown } from '../errors.ts';
import { isObject, parsed } from '../json-text.ts';
import {
  NetworkTrouble,
  type Clock,
  type Http,
  type HttpAnswer,
  type HttpRequest,
} from '../ports.ts';
import { bearer } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { failureBy, troubleOfAzureDevOps } from '../upstream/azure-devops-trouble.ts';
import { verdict, verdictOnTrouble, type Verdict } from '../upstream/network-failure.ts';
import type { AccessToken } from './access-token.ts';
import { azureDevOpsRefusal, notAUser } from './azure-devops-refusals.ts';

/** A connection, and the organization that is asked who it is. */
export interface OrganizationAttempt {
  readonly connection: ServiceConnection;
  /** The collection of the job; its host was checked before the job access token went there. */
  readonly collectionUri: URL;
}

/**
 * Asks the organization of the job who the identity is, so that one that is no user fails here and
 * not in the middle of a script.
 * @returns the name by which the organization knows it, as a log can show it.
 * @throws {FederationError} whose kind says whether asking again can help.
 */
export async function readOrganizationUser(
  attempt: OrganizationAttempt,
  accessToken: AccessToken,
  timeoutMs: number,
  world: { readonly http: Http; readonly clock: Clock },
): Promise<string> {
  const { connection, collectionUri } = attempt;
  try {
    const request = connectionDataRequest(collectionUri, accessToken, timeoutMs);
    const answer = await world.http.send(request);
    return judgeConnectionData(answer, attempt, world.clock.now());
  } catch (error) {
    if (!(error instanceof NetworkTrouble)) throw error;
    const { why, ...facts } = verdictOnTrouble(error, 'DEVOPS_UNAVAILABLE');
    throw new FederationError({
      ...facts,
      message: `The service connection "${connection.name}" signed in, but Azure DevOps (${collectionUri.host}) could not be asked who it is: ${why}.`,
    });
  }
}

/** What every client of Azure DevOps asks first; it needs no permission but to be a user. */
export function connectionDataRequest(
  collectionUri: URL,
  { token }: AccessToken,
  timeoutMs: number,
): HttpRequest {
  const url = new URL('_apis/connectionData', collectionUri.href.replace(/\/?$/, '/'));
  const headers = {
    authorization: bearer(token),
    accept: 'application/json',
    // Without it a refused token is answered by a redirect to a sign-in page, not by a 401.
    'x-tfs-fedauthredirect': 'Suppress',
  };
  return { method: 'GET', url, headers, timeoutMs };
}

/** @throws {FederationError} unless the answer names somebody who is not anonymous. */
export function judgeConnectionData(
  answer: HttpAnswer,
  { connection, collectionUri }: OrganizationAttempt,
  now: Date,
): string {
  const { status } = answer;
  const failed = (verdict: Verdict): FederationError =>
    failureBy(
      verdict,
      `The service connection "${connection.name}" (client ${connection.clientId}) signed in, but not to Azure DevOps (${collectionUri.href})`,
      answer,
      now,
    );
  // A good answer may quote such words in a name, and an outage in its page.
  const mayRefuse = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const said = mayRefuse ? azureDevOpsRefusal(answer.body) : undefined;
  const refusal = said ?? troubleOfAzureDevOps(answer);
  if (refusal !== undefined) throw failed(refusal);
  if (status !== 200) {
    const kind = status === 401 || status === 403 ? 'settling' : 'unknown';
    throw failed({ ...notAUser, kind, why: 'it refused the request' });
  }
  const user = authenticatedUserIn(answer.body);
  if (user === undefined) throw failed(unreadable);
  if (isAnonymous(user)) throw failed(notAUser);
  return shown(user.providerDisplayName || user.id);
}

const unreadable = verdict('DEVOPS_ANSWER_UNREADABLE', 'transient', 'its answer names nobody');

interface AuthenticatedUser {
  readonly id: string;
  readonly descriptor: string;
  readonly providerDisplayName: string;
}

function authenticatedUserIn(body: string): AuthenticatedUser | undefined {
  const answer = parsed(body);
  const user = isObject(answer) ? answer['authenticatedUser'] : undefined;
  if (!isObject(user)) return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    id: text(user['id']),
    descriptor: text(user['descriptor']),
    providerDisplayName: text(user['providerDisplayName']),
  };
}

/** An organization with public projects answers anybody; its GUID for that is all zeros, or all `a`. */
function isAnonymous({ id, descriptor }: AuthenticatedUser): boolean {
  return (
    /^([0a])\1*(-\1+)*$/i.test(id) || id === '' || descriptor.startsWith('System:PublicAccess')
  );
}
