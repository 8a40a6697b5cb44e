import { randomBytes } from 'node:crypto';
import { entraRefusal, type RefusalDetail } from './aadsts.ts';
import { issueAccessToken } from './access-tokens.ts';
import { describeAssertion, judgeAssertion } from './assertion.ts';
import type { Cloud } from './clouds.ts';
import { json, normalised, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { isKnownResource } from './resources.ts';
import { isGuestTenant, type Application, type World } from './world.ts';

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** Scopes that MSAL for Go adds to every request; they mean nothing to client credentials. */
const openIdScopes = ['openid', 'profile', 'offline_access', 'email'];

/** A refusal in the making: a code, and what its text names. */
interface No {
  readonly code: number;
  readonly detail?: RefusalDetail;
}

interface Yes<T> {
  readonly value: T;
}

const no = (code: number, detail: RefusalDetail = {}): No => ({ code, detail });
const isNo = (outcome: No | Yes<unknown>): outcome is No => 'code' in outcome;

function findApplication(
  request: EmulatorRequest,
  form: URLSearchParams,
  world: World,
): No | Yes<Application> {
  const tenant = normalised(request.params['tenant'] ?? '');
  if (!/^[0-9a-f-]{36}$|\./.test(tenant)) return no(900023, { tenant });
  const isKnown = tenant === world.tenantId || isGuestTenant(tenant, world);
  if (!isKnown) return no(90002, { tenant });
  const grant = form.get('grant_type') ?? '';
  if (grant === '') return no(900144, { parameter: 'grant_type' });
  if (grant !== 'client_credentials') return no(70003, { parameter: grant });
  const clientId = form.get('client_id') ?? '';
  if (clientId === '') return no(900144, { parameter: 'client_id' });
  const application = world.applications.get(normalised(clientId));
  const isThere = tenant === world.tenantId || application?.otherTenants?.has(tenant) === true;
  if (!application || !isThere) return no(700016, { clientId });
  const here = application.cloud.authorityHosts.includes(request.host);
  return here ? { value: application } : no(900382);
}

/** The ID of the assertion that proved the client, or a refusal. */
function proveClient(
  form: URLSearchParams,
  application: Application,
  world: World,
  now: Date,
): (No & { readonly tokenId?: string }) | Yes<string> {
  const { clientId } = application;
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (assertion === null) {
    if (secret === null) return no(7000218, { clientId });
    return secret === application.secret ? { value: '' } : no(7000215, { clientId });
  }
  if (form.get('client_assertion_type') !== jwtBearer) {
    return no(900144, { parameter: 'client_assertion_type' });
  }
  const { verdict, tokenId } = judgeAssertion(assertion, application, world, now);
  return verdict ? { ...verdict, tokenId } : { value: tokenId };
}

/** The resource that is asked for, exactly as it was written. */
function resourceOf(
  form: URLSearchParams,
  isVersion2: boolean,
  cloud: Cloud,
  world: World,
): No | Yes<string> {
  if (!isVersion2) {
    const resource = form.get('resource') ?? '';
    if (resource === '') return no(900144, { parameter: 'resource' });
    const known = isKnownResource(resource, cloud, world);
    return known ? { value: resource } : no(500011, { resource });
  }
  const scopes = (form.get('scope') ?? '')
    .split(' ')
    .filter((scope) => scope !== '' && !openIdScopes.includes(scope));
  const [scope = '', ...more] = scopes;
  if (scope === '') return no(900144, { parameter: 'scope' });
  if (more.length > 0) return no(70011, { resource: scopes.join(' ') });
  if (!scope.endsWith('/.default')) return no(1002012, { resource: scope });
  const resource = scope.slice(0, -'/.default'.length);
  return isKnownResource(resource, cloud, world) ? { value: resource } : no(500011, { resource });
}

/** What `az ssh` asks for: a certificate in place of a token, for the key that it names. */
function grantCertificate(
  application: Application,
  resource: string,
  world: World,
): EmulatorResponse {
  const kind = Buffer.from('ssh-rsa-cert-v01@openssh.com');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(kind.length);
  const blob = Buffer.concat([length, kind, Buffer.from(application.objectId), randomBytes(64)]);
  const certificate = blob.toString('base64');
  world.issued.push({ kind: 'access-token', value: certificate });
  const life = world.lifetimes.accessTokenSeconds;
  return json(
    200,
    { token_type: 'ssh-cert', expires_in: life, ext_expires_in: life, access_token: certificate },
    { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache' },
    { scope: resource },
  );
}

function grant(
  request: EmulatorRequest,
  application: Application,
  resource: string,
  world: World,
): EmulatorResponse {
  const tenantId = normalised(request.params['tenant'] ?? '');
  const issued = issueAccessToken(application, resource, world, request.distortion, tenantId);
  const life = issued.expiresIn;
  const isVersion2 = request.params['version'] !== undefined;
  // Version 1 writes every number as text.
  const body = isVersion2
    ? { token_type: 'Bearer', expires_in: life, ext_expires_in: life, access_token: issued.token }
    : {
        token_type: 'Bearer',
        expires_in: String(life),
        ext_expires_in: String(life),
        expires_on: String(issued.expiresOn),
        not_before: String(issued.notBefore),
        resource,
        access_token: issued.token,
      };
  const headers = { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache' };
  return json(200, body, headers, { tokenId: issued.tokenId, scope: resource });
}

const connectionOf = (clientId: string, world: World): string | undefined =>
  [...world.connections.values()].find((connection) => connection.clientId === clientId)?.id;

function decide(request: EmulatorRequest, form: URLSearchParams, world: World): EmulatorResponse {
  const now = new Date(Date.now() + request.distortion.clockSkewSeconds * 1000);
  const application = findApplication(request, form, world);
  if (isNo(application)) return entraRefusal(application.code, request, application.detail);
  const { cloud, clientId, name } = application.value;
  const proof = proveClient(form, application.value, world, now);
  if (isNo(proof)) {
    const answer = entraRefusal(proof.code, request, { clientId, name, now, ...proof.detail });
    const presented = proof.tokenId === undefined ? {} : { tokenId: proof.tokenId };
    return { ...answer, remark: { ...answer.remark, ...presented } };
  }
  const resource = resourceOf(form, request.params['version'] !== undefined, cloud, world);
  if (isNo(resource)) return entraRefusal(resource.code, request, resource.detail);
  if (form.get('token_type') !== 'ssh-cert') {
    return grant(request, application.value, resource.value, world);
  }
  return form.has('req_cnf')
    ? grantCertificate(application.value, resource.value, world)
    : entraRefusal(900144, request, { parameter: 'req_cnf' });
}

/** `/{tenant}/oauth2[/v2.0]/token`: client credentials, proven by an assertion or by a secret. */
export function entraToken(request: EmulatorRequest, world: World): EmulatorResponse {
  if (request.method !== 'POST') return entraRefusal(900144, request, { parameter: 'grant_type' });
  const form = new URLSearchParams(request.body.toString());
  const clientId = normalised(form.get('client_id') ?? '');
  const { aadsts } = request.distortion;
  const name = world.applications.get(clientId)?.name ?? '';
  const answer =
    aadsts === undefined
      ? decide(request, form, world)
      : entraRefusal(aadsts, request, {
          ...describeAssertion(form.get('client_assertion') ?? ''),
          clientId,
          name,
          tenant: world.tenantId,
        });
  const connectionId = connectionOf(clientId, world);
  const scope = form.get('scope') ?? form.get('resource');
  return {
    ...answer,
    remark: {
      ...answer.remark,
      ...(connectionId === undefined ? {} : { connectionId }),
      ...(scope === null ? {} : { scope }),
    },
  };
}
