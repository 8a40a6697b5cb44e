import { presentedBy } from './access-tokens.ts';
import { applicationObjectId } from './administration.ts';
import type { Cloud } from './clouds.ts';
import {
  bearerOf,
  json,
  normalised,
  type EmulatorRequest,
  type EmulatorResponse,
} from './message.ts';
import { graphAudiences } from './resources.ts';
import type { Application, FederatedCredential, World } from './world.ts';

const refusal = (status: number, code: string, message: string): EmulatorResponse =>
  json(status, { error: { code, message, innerError: {} } }, {}, { error: code });

const mostCredentials = 20;

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

/** Demands a token of an administrator with such rights. */
const withRights =
  (cloud: Cloud, handler: Handle): Handle =>
  (request, world) => {
    const presented = presentedBy(bearerOf(request), graphAudiences(cloud), cloud, world);
    if ('flaw' in presented) {
      return refusal(
        401,
        'InvalidAuthenticationToken',
        `Access token is not good (${presented.flaw}).`,
      );
    }
    const rights = world.administration.rights.get(presented.application.clientId);
    const wanted = request.method === 'GET' ? ['read', 'write'] : ['write'];
    if (!wanted.includes(rights?.graph ?? (rights ? 'write' : 'none'))) {
      return refusal(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      );
    }
    return handler(request, world);
  };

const registrations = (world: World): readonly Application[] =>
  [...world.applications.values()].filter(({ kind }) => kind === 'app-registration');

const applicationView = (application: Application): unknown => ({
  id: applicationObjectId(application),
  appId: application.clientId,
  displayName: application.name,
  signInAudience: application.isMultiTenant === true ? 'AzureADMultipleOrgs' : 'AzureADMyOrg',
  passwordCredentials: application.secret
    ? [
        {
          keyId: application.objectId,
          displayName: 'Azure DevOps',
          hint: application.secret.slice(0, 3),
          secretText: null,
          endDateTime: new Date(Date.now() + 90 * 24 * 3600_000).toISOString(),
        },
      ]
    : [],
});

/** `GET /v1.0/applications`, by client ID. */
export const applications = (cloud: Cloud): Handle =>
  withRights(cloud, (request, world) => {
    const wanted = /^appId eq '([^']+)'$/.exec(request.query.get('$filter') ?? '')?.[1];
    if (wanted === undefined)
      return refusal(400, 'Request_UnsupportedQuery', 'Unsupported filter.');
    const value = registrations(world)
      .filter(({ clientId }) => clientId === normalised(wanted))
      .map(applicationView);
    return json(200, { value });
  });

/** `GET /v1.0/applications/{object ID}`. */
export const application = (cloud: Cloud): Handle =>
  withRights(cloud, (request, world) => {
    const id = normalised(request.params['id'] ?? '');
    const known = registrations(world).find((one) => applicationObjectId(one) === id);
    return known
      ? json(200, applicationView(known))
      : refusal(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist.`);
  });

export const credentialView = (credential: FederatedCredential): Record<string, unknown> => ({
  name: credential.name ?? 'unnamed',
  issuer: credential.issuer,
  subject: credential.subject,
  audiences: [credential.audience],
});

interface NewCredential {
  readonly name?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly audiences?: readonly string[];
}

/** Adds a credential, or says why not: the rules are the same for applications and identities. */
export function addCredential(
  application: Application,
  { name, issuer, subject, audiences }: NewCredential,
  world: World,
): { readonly status: number; readonly code: string; readonly message: string } | undefined {
  const present = application.federatedCredentials.filter((other) => other.name !== name);
  const bad = (message: string) => ({ status: 400, code: 'Request_BadRequest', message });
  const [audience, ...more] = audiences ?? [];
  if (!/^[a-z\d][\w-]{2,119}$/i.test(name ?? '')) return bad('The name is not valid.');
  if (!issuer?.startsWith('https://') || !subject) return bad('Issuer and subject are required.');
  if (audience === undefined || more.length > 0) return bad('Exactly one audience is required.');
  if (present.length >= mostCredentials) return bad('The limit of 20 credentials is reached.');
  if (present.some((other) => other.issuer === issuer && other.subject === subject)) {
    return {
      status: 409,
      code: 'Conflict',
      message: 'Issuer and subject combination already exists for this identity.',
    };
  }
  world.applications.set(application.clientId, {
    ...application,
    federatedCredentials: [...present, { issuer, subject, audience, ...(name ? { name } : {}) }],
  });
  return undefined;
}

/** `GET` and `POST /v1.0/applications/{object ID}/federatedIdentityCredentials`. */
export const applicationCredentials = (cloud: Cloud): Handle =>
  withRights(cloud, (request, world) => {
    const id = normalised(request.params['id'] ?? '');
    const application = registrations(world).find((one) => applicationObjectId(one) === id);
    if (!application) {
      return refusal(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist.`);
    }
    if (request.method === 'GET') {
      return json(200, { value: application.federatedCredentials.map(credentialView) });
    }
    const body = JSON.parse(request.body.toString()) as NewCredential;
    if (application.federatedCredentials.some(({ name }) => name === body.name)) {
      return refusal(409, 'Request_MultipleObjectsWithSameKeyValue', 'The name is taken.');
    }
    const flaw = addCredential(application, body, world);
    return flaw ? refusal(flaw.status, flaw.code, flaw.message) : json(201, body);
  });
