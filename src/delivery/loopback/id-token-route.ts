import type { IdToken } from '../../id-token/id-token.ts';
import type { Secret } from '../../secret.ts';
import { failureAnswer } from './failure-answer.ts';
import {
  bearerOf,
  errorAnswer,
  json,
  opens,
  unauthorized,
  type LoopbackAnswer,
  type LoopbackRequest,
} from './loopback-request.ts';

/**
 * The ID-token request URL: GitHub's form (GET, answer in `value`) and Azure DevOps' (POST, answer
 * in `oidcToken`) in one, since clients ignore the member that they do not know. Whatever audience
 * is asked for, Azure DevOps gives its own.
 */
export async function answerIdTokenRequest(
  request: LoopbackRequest,
  capability: Secret,
  currentIdToken: () => Promise<IdToken>,
): Promise<LoopbackAnswer> {
  if (!opens(capability, bearerOf(request))) return unauthorized();
  if (request.method !== 'GET' && request.method !== 'POST') {
    return errorAnswer(405, 'method_not_allowed', 'Use GET or POST.', { allow: 'GET, POST' });
  }
  try {
    const jwt = (await currentIdToken()).token.reveal();
    return json(200, { value: jwt, oidcToken: jwt });
  } catch (error) {
    return failureAnswer(error);
  }
}
