import { FederationError, type ErrorCode, type FailureKind } from '../errors.ts';
import {
  NetworkTrouble,
  type Clock,
  type Http,
  type HttpAnswer,
  type HttpRequest,
} from '../ports.ts';
import { bearer } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import {
  codeOfTrouble,
  describeTrouble,
  kindOfTrouble,
  networkRemedy,
  proxySignIn,
} from '../upstream/network-failure.ts';
import { retryAfterMs } from '../upstream/retry-after.ts';
import type { AccessToken } from './access-token.ts';

/** A connection of which it is known that it has a subscription. */
type WithSubscription = ServiceConnection & { readonly subscriptionId: string };

/**
 * Reads the subscription once, so that a missing role shows here and not in the middle of a
 * deployment.
 * @throws {FederationError} when the identity cannot see it.
 */
export async function readSubscription(
  connection: WithSubscription,
  accessToken: AccessToken,
  timeoutMs: number,
  world: { readonly http: Http; readonly clock: Clock },
): Promise<void> {
  try {
    const answer = await world.http.send(subscriptionRequest(connection, accessToken, timeoutMs));
    judgeSubscriptionAnswer(answer, connection, world.clock.now());
  } catch (error) {
    if (!(error instanceof NetworkTrouble)) throw error;
    const why = `Resource Manager (${connection.resourceManager.host}) could not be asked: ${describeTrouble(error)}`;
    throw failure(
      codeOfTrouble(error, 'RESOURCE_MANAGER_UNAVAILABLE'),
      kindOfTrouble(error),
      connection,
      why,
      networkRemedy(error),
    );
  }
}

/** https://learn.microsoft.com/rest/api/resources/subscriptions/get */
export function subscriptionRequest(
  connection: WithSubscription,
  accessToken: AccessToken,
  timeoutMs: number,
): HttpRequest {
  const url = new URL(`subscriptions/${connection.subscriptionId}`, connection.resourceManager);
  // The oldest version that every cloud and Azure Stack still serves.
  url.searchParams.set('api-version', '2016-06-01');
  const headers = { authorization: bearer(accessToken.token), accept: 'application/json' };
  return { method: 'GET', url, headers, timeoutMs };
}

/** @throws {FederationError} unless the answer is that the subscription can be read. */
export function judgeSubscriptionAnswer(
  answer: HttpAnswer,
  connection: WithSubscription,
  now: Date,
): void {
  const { status } = answer;
  if (status === 200 && tellsOf(answer.body, connection.subscriptionId)) return;
  if (status === 429 || status === 408 || status >= 500) {
    const why = `Resource Manager is out of order or limits requests at the moment (HTTP ${status})`;
    const remedy = 'Run the job again; look at https://azure.status.microsoft.';
    const wait = retryAfterMs(answer.headers, now);
    throw failure('RESOURCE_MANAGER_UNAVAILABLE', 'transient', connection, why, remedy, wait);
  }
  if (status === 407) {
    const { code, kind, why, remedy } = proxySignIn;
    throw failure(code, kind, connection, why, remedy);
  }
  if (status >= 200 && status < 400) {
    const why = `something between answered in place of Resource Manager (HTTP ${status})`;
    const remedy =
      'Look for a proxy or gateway between the agent and Azure that wants a sign-in or answers with a page of its own.';
    throw failure('RESOURCE_MANAGER_UNAVAILABLE', 'transient', connection, why, remedy);
  }
  if (status === 401) {
    const why = `it belongs to another tenant or cloud than the connection (HTTP ${status})`;
    const remedy = `Check that the subscription is one of tenant ${connection.tenantId}, and that the connection names the cloud of both.`;
    throw failure('SUBSCRIPTION_UNREADABLE', 'definite', connection, why, remedy);
  }
  if (status === 403 || status === 404) {
    const why = `its identity has no role there, or the subscription does not exist (HTTP ${status})`;
    const remedy = `Give the identity (client ${connection.clientId}) a role on the subscription, for example Reader; a new role takes some minutes, for which propagationTimeout can wait. To sign in without this check, set verify: false.`;
    throw failure('SUBSCRIPTION_UNREADABLE', 'settling', connection, why, remedy);
  }
  const why = `Resource Manager refused the request (HTTP ${status})`;
  const remedy = 'Check the subscription ID; to sign in without this check, set verify: false.';
  throw failure('SUBSCRIPTION_UNREADABLE', 'unknown', connection, why, remedy);
}

/** Whether the answer is about the subscription; a page of something between is not. */
function tellsOf(body: string, subscriptionId: string): boolean {
  try {
    const answer: unknown = JSON.parse(body);
    if (typeof answer !== 'object' || answer === null || !('subscriptionId' in answer))
      return false;
    const { subscriptionId: told } = answer;
    return typeof told === 'string' && told.toLowerCase() === subscriptionId.toLowerCase();
  } catch {
    return false;
  }
}

function failure(
  code: ErrorCode,
  kind: FailureKind,
  { name, subscriptionId }: WithSubscription,
  why: string,
  remedy: string,
  wait?: number,
): FederationError {
  const message = `The service connection "${name}" signed in, but could not read subscription ${subscriptionId}: ${why}.`;
  return new FederationError({ code, kind, message, remedy, retryAfterMs: wait });
}
