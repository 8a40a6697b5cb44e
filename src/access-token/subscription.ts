import { isObject, isSame, parsed } from '../json-text.ts';
import type { Clock, Http, HttpAnswer, HttpRequest } from '../ports.ts';
import type { AzureConnection } from '../service-connection/service-connection.ts';
import type { AccessToken } from './access-token.ts';
import {
  askResourceManager,
  resourceManagerFailure,
  resourceManagerRequest,
  troubleOfAnswer,
  type ResourceManagerAttempt,
} from './resource-manager.ts';

/** A connection of which it is known that it has a subscription. */
type WithSubscription = AzureConnection & { readonly subscriptionId: string };

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
  const request = subscriptionRequest(connection, accessToken, timeoutMs);
  const answer = await askResourceManager(request, attemptFor(connection), world);
  judgeSubscriptionAnswer(answer, connection, world.clock.now());
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
  return resourceManagerRequest(url, accessToken, timeoutMs);
}

/** @throws {FederationError} unless the answer is that the subscription can be read. */
export function judgeSubscriptionAnswer(
  answer: HttpAnswer,
  connection: WithSubscription,
  now: Date,
): void {
  const { status } = answer;
  if (status === 200 && tellsOf(answer.body, connection.subscriptionId)) return;
  const attempt = attemptFor(connection);
  const trouble = troubleOfAnswer(answer, attempt, now);
  if (trouble !== undefined) throw trouble;
  const code = 'SUBSCRIPTION_UNREADABLE';
  if (status === 401) {
    throw resourceManagerFailure(attempt, {
      code,
      kind: 'definite',
      why: `it belongs to another tenant or cloud than the connection (HTTP ${status})`,
      remedy: `Check that the subscription is one of tenant ${connection.tenantId}, and that the connection names the cloud of both.`,
    });
  }
  if (status === 403 || status === 404) {
    throw resourceManagerFailure(attempt, {
      code,
      kind: 'settling',
      why: `its identity has no role there, or the subscription does not exist (HTTP ${status})`,
      remedy: `${giveRole(connection)} To sign in without this check, set verify: false.`,
    });
  }
  throw resourceManagerFailure(attempt, {
    code,
    kind: 'unknown',
    why: `Resource Manager refused the request (HTTP ${status})`,
    remedy: 'Check the subscription ID; to sign in without this check, set verify: false.',
  });
}

/** What to do about a role that is missing. */
export function giveRole({ clientId }: Pick<AzureConnection, 'clientId'>): string {
  return `Give the identity (client ${clientId}) a role on the subscription, for example Reader; a new role takes some minutes, for which propagationTimeout can wait.`;
}

function attemptFor(connection: WithSubscription): ResourceManagerAttempt {
  return { connection, purpose: `read subscription ${connection.subscriptionId}` };
}

/** Whether the answer is about the subscription; a page of something between is not. */
function tellsOf(body: string, subscriptionId: string): boolean {
  const answer = parsed(body);
  return isObject(answer) && isSame(answer['subscriptionId'], subscriptionId);
}
