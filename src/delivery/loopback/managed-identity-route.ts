import type { AccessToken } from '../../access-token/access-token.ts';
import type { Secret } from '../../secret.ts';
import { scopeOf } from '../../service-connection/service-connection.ts';
import { failureAnswer } from './failure-answer.ts';
import {
  errorAnswer,
  json,
  onlyHeader,
  opens,
  splitTarget,
  unauthorized,
  type LoopbackAnswer,
  type LoopbackRequest,
} from './loopback-request.ts';

/** Who answers here, and for whom. */
export interface ManagedIdentity {
  readonly capability: Secret;
  readonly clientId: string;
  readonly accessTokenFor: (scope: string) => Promise<AccessToken>;
}

const apiVersion = '2019-08-01';

/**
 * The managed-identity endpoint of App Service, version 2019-08-01:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 * `expires_in` stays out: some clients read it into the absolute time of expiry.
 */
export async function answerManagedIdentityRequest(
  request: LoopbackRequest,
  identity: ManagedIdentity,
): Promise<LoopbackAnswer> {
  if (!opens(identity.capability, onlyHeader(request, 'x-identity-header'))) return unauthorized();
  if (request.method !== 'GET') {
    return errorAnswer(405, 'method_not_allowed', 'Use GET.', { allow: 'GET' });
  }
  const { query } = splitTarget(request.target);
  const resource = query.get('resource');
  const wrong = wrongParameter(query, resource, identity.clientId);
  if (wrong !== undefined) return errorAnswer(400, 'invalid_request', wrong);
  try {
    return granted(await identity.accessTokenFor(scopeOf(resource ?? '')), resource, identity);
  } catch (error) {
    return failureAnswer(error);
  }
}

function wrongParameter(
  query: URLSearchParams,
  resource: string | null,
  clientId: string,
): string | undefined {
  if (query.get('api-version') !== apiVersion) return `Use api-version=${apiVersion}.`;
  if (resource === null || !/^[\x21-\x7e]{1,500}$/.test(resource)) return 'Name a resource.';
  const wanted = query.get('client_id');
  if (wanted !== null && wanted.toLowerCase() !== clientId.toLowerCase()) {
    return `This endpoint serves the client ID ${clientId} only.`;
  }
  const others = ['mi_res_id', 'object_id', 'principal_id'].find((name) => query.has(name));
  return others === undefined ? undefined : `Name the identity by client_id, not by ${others}.`;
}

function granted(
  accessToken: AccessToken,
  resource: string | null,
  { clientId }: ManagedIdentity,
): LoopbackAnswer {
  return json(200, {
    access_token: accessToken.token.reveal(),
    expires_on: String(Math.floor(accessToken.expiresOn.getTime() / 1_000)),
    resource,
    token_type: 'Bearer',
    client_id: clientId,
  });
}
