import type { IdToken } from '../../id-token/id-token.ts';
import type { Secret } from '../../secret.ts';
import { failureAnswer } from './failure-answer.ts';
import {
  bearerOf,
  errorAnswer,
  json,
  opens,
  splitTarget,
  unauthorized,
  type LoopbackAnswer,
  type LoopbackRequest,
} from './loopback-request.ts';

/** What answers at the ID-token request URL of one connection. */
export interface IdTokenEndpoint {
  readonly capability: Secret;
  readonly jobAccessToken: Secret;
  /** @throws {FederationError} the reason why there is none. */
  idToken(): Promise<IdToken>;
  /** The same for a connection by its ID, whether or not a task of ours registered it. */
  idTokenFor(connectionId: string): Promise<IdToken>;
}

/**
 * The ID-token request URL: GitHub's form (GET, answer in `value`) and Azure DevOps' (POST, answer
 * in `oidcToken`) in one, since clients ignore the member that they do not know. Whatever audience
 * is asked for, Azure DevOps gives its own.
 *
 * The job's access token opens it too, since Microsoft's TerraformTask sends that wherever the request URL
 * leads: who has it can ask Azure DevOps for the same. Then `serviceConnectionId` decides whose ID token it
 * is, and nobody gets that of another connection than the one named.
 */
export async function answerIdTokenRequest(
  request: LoopbackRequest,
  endpoint: IdTokenEndpoint,
): Promise<LoopbackAnswer> {
  const bearer = bearerOf(request);
  const isOfTask = opens(endpoint.capability, bearer);
  if (!isOfTask && !opens(endpoint.jobAccessToken, bearer)) return unauthorized();
  if (request.method !== 'GET' && request.method !== 'POST') {
    return errorAnswer(405, 'method_not_allowed', 'Use GET or POST.', { allow: 'GET, POST' });
  }
  const named = isOfTask ? undefined : namedConnection(request);
  try {
    const jwt = (
      await (named === undefined ? endpoint.idToken() : endpoint.idTokenFor(named))
    ).token.reveal();
    return json(200, { value: jwt, oidcToken: jwt });
  } catch (error) {
    return failureAnswer(error);
  }
}

/** Undefined where the request leaves it to the URL. */
function namedConnection({ target }: LoopbackRequest): string | undefined {
  const named = splitTarget(target).query.get('serviceConnectionId');
  return named === null || named === '' ? undefined : named;
}
