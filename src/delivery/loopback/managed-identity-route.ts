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

/** Who is served. */
export interface ManagedIdentity {
  readonly clientId: string;
  readonly accessTokenFor: (scope: string) => Promise<AccessToken>;
}

/** What opens an endpoint, and whom it serves. */
export interface ManagedIdentityEndpoint {
  readonly capability: Secret;
  /** @param clientId undefined where the request leaves it to the endpoint. */
  readonly identityOf: (clientId: string | undefined) => ManagedIdentity | undefined;
}

/** Its requests and answers differ from those of every later version. */
const firstVersion = '2017-09-01';

/**
 * The managed-identity endpoint of App Service, version 2019-08-01:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 * `expires_in` stays out: some clients read it into the absolute time of expiry.
 *
 * Scripts ask by hand as examples for other hosts do, so those forms are answered too: no `api-version`
 * or a later one, a POST with a form (Azure Automation), and version 2017-09-01 with its header
 * `secret` and its `clientid`. Names in other letter case are the same names.
 */
export async function answerManagedIdentityRequest(
  request: LoopbackRequest,
  endpoint: ManagedIdentityEndpoint,
): Promise<LoopbackAnswer> {
  const presented = onlyHeader(request, 'x-identity-header') ?? onlyHeader(request, 'secret');
  if (!opens(endpoint.capability, presented)) return unauthorized();
  if (request.method !== 'GET' && request.method !== 'POST') {
    return errorAnswer(405, 'method_not_allowed', 'Use GET or POST.', { allow: 'GET, POST' });
  }
  const asked = parametersOf(request);
  const wrong = wrongParameter(asked);
  if (wrong !== undefined) return errorAnswer(400, 'invalid_request', wrong);
  const identity = endpoint.identityOf(asked.clientId);
  if (identity === undefined) {
    return errorAnswer(
      400,
      'invalid_request',
      `No step of this job has signed in a service connection with the client ID ${asked.clientId ?? ''}.`,
    );
  }
  try {
    return granted(await identity.accessTokenFor(scopeOf(asked.resource)), asked, identity);
  } catch (error) {
    return failureAnswer(error);
  }
}

/** What a request asks for, wherever it says so. */
interface Parameters {
  readonly all: URLSearchParams;
  readonly resource: string;
  readonly clientId: string | undefined;
  readonly isFirstVersion: boolean;
}

function parametersOf({ method, target, body }: LoopbackRequest): Parameters {
  const all = new URLSearchParams();
  const form = method === 'POST' ? new URLSearchParams(body) : [];
  for (const [name, value] of [...splitTarget(target).query, ...form]) {
    all.set(name.toLowerCase(), value);
  }
  // A variable that is not set leaves an empty one.
  const clientId = [all.get('client_id'), all.get('clientid')].find((value) => value);
  return {
    all,
    resource: all.get('resource') ?? '',
    clientId: clientId ?? undefined,
    isFirstVersion: all.get('api-version') === firstVersion,
  };
}

/**
 * A resource is an address or a GUID. Anything else may be a credential from a wrong variable, and what is
 * asked for gets into messages and into the record of the job.
 */
const resourceForm =
  /^(?=[\x21-\x7e]{1,500}$)(?:[a-z][a-z\d+.-]*:\/\/|(?:api|spn|urn):|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?:\/|$))[^?#@;=,]*$/i;

/** How others name an identity, in App Service and in virtual machines. */
const otherNames = ['mi_res_id', 'msi_res_id', 'object_id', 'principal_id'];

function wrongParameter({ all, resource, clientId }: Parameters): string | undefined {
  if (!resourceForm.test(resource)) {
    return 'Name a resource: its address without a query, or its GUID.';
  }
  if (resource.endsWith('/.default')) {
    return `${resource} is a scope, and this endpoint takes a resource: leave /.default off.`;
  }
  if (!/^[\w-]{1,64}$/.test(clientId ?? 'none')) return 'Name the identity by its client ID.';
  const others = otherNames.find((name) => all.get(name));
  return others === undefined ? undefined : `Name the identity by client_id, not by ${others}.`;
}

function granted(
  { token, expiresOn }: AccessToken,
  { resource, isFirstVersion }: Parameters,
  { clientId }: ManagedIdentity,
): LoopbackAnswer {
  const seconds = Math.floor(expiresOn.getTime() / 1_000);
  return json(200, {
    access_token: token.reveal(),
    expires_on: isFirstVersion ? dateText(seconds) : String(seconds),
    resource,
    token_type: 'Bearer',
    client_id: clientId,
  });
}

/** As the first version answered on Linux, and as its clients read it: `06/20/2019 02:57:58 +00:00`. */
function dateText(seconds: number): string {
  const [date = '', time = ''] = new Date(seconds * 1_000).toISOString().slice(0, 19).split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  return `${month}/${day}/${year} ${time} +00:00`;
}
