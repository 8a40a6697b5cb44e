import { entraRefusal } from './aadsts.ts';
import type { Cloud } from './clouds.ts';
import { issuerUrl } from './federation.ts';
import type { PublishedKey } from './jwt.ts';
import { json, normalised, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { isGuestTenant, type World } from './world.ts';

/** The keys that an issuer publishes; none for an issuer that there is not. */
export function publishedKeys(issuer: string, world: World): readonly PublishedKey[] {
  if (issuer === issuerUrl('azure-devops', world)) return [world.keys.devopsIssuer.published];
  return issuer === issuerUrl('entra', world) ? [world.keys.entra.published] : [];
}

/** `vstoken.dev.azure.com/{org}/.well-known/…`: Azure DevOps as an issuer of ID tokens. */
export function devopsIssuer(request: EmulatorRequest, world: World): EmulatorResponse {
  const issuer = issuerUrl('azure-devops', world);
  if (normalised(request.params['organization'] ?? '') !== world.organization.id) {
    return json(404, { message: 'No such organization.' });
  }
  if (request.params['document'] === 'jwks') {
    return json(200, { keys: publishedKeys(issuer, world) });
  }
  return json(200, {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks`,
    subject_types_supported: ['public', 'pairwise'],
    response_types_supported: ['id_token'],
    claims_supported: ['sub', 'aud', 'exp', 'iat', 'iss', 'nbf'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid'],
  });
}

const shared = ['common', 'organizations', 'consumers'];

/** A tenant that there is, or a name for several. */
const isTenant = (tenant: string, world: World): boolean =>
  tenant === world.tenantId || shared.includes(tenant) || isGuestTenant(tenant, world);

function entraDocument(
  authority: string,
  tenant: string,
  version: '' | '/v2.0',
  cloud: Cloud,
): unknown {
  const oauth = `${authority}/${tenant}/oauth2${version}`;
  const placeholder = shared.includes(tenant) ? '{tenantid}' : tenant;
  return {
    token_endpoint: `${oauth}/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${authority}/${tenant}/discovery${version}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: version ? `${authority}/${placeholder}/v2.0` : `${cloud.tokenIssuer}/${placeholder}/`,
    authorization_endpoint: `${oauth}/authorize`,
    device_authorization_endpoint: `${oauth}/devicecode`,
    end_session_endpoint: `${oauth}/logout`,
    tenant_region_scope: 'EU',
    cloud_instance_name: authority.slice('https://login.'.length),
    cloud_graph_host_name: 'graph.windows.net',
    msgraph_host: cloud.graphHost,
  };
}

/** `{tenant}[/v2.0]/.well-known/openid-configuration` of Entra. */
export const entraConfiguration =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const tenant = normalised(request.params['tenant'] ?? '');
    if (!isTenant(tenant, world)) return entraRefusal(90002, request, { tenant });
    const version = request.params['version'] ? '/v2.0' : '';
    return json(200, entraDocument(`https://${request.host}`, tenant, version, cloud));
  };

/** Entra's keys, the same for both versions. */
export function entraKeys(request: EmulatorRequest, world: World): EmulatorResponse {
  const issuer = `https://login.microsoftonline.com/${world.tenantId}/v2.0`;
  const tenant = normalised(request.params['tenant'] ?? 'common');
  if (!isTenant(tenant, world)) return entraRefusal(90002, request, { tenant });
  const keys = publishedKeys(issuer, world).map((key) => ({ ...key, issuer }));
  return json(200, { keys });
}

/** Entra does not know private clouds: their clients have to do without instance discovery. */
const publicClouds = (world: World): readonly Cloud[] =>
  world.clouds.filter((cloud) => cloud.name !== 'AzureStack');

const isOfACloud = (host: string, world: World): boolean =>
  publicClouds(world).some((cloud) => cloud.authorityHosts.includes(host));

/** `…/discovery/instance`: which authority hosts mean the same; MSAL asks before its first login. */
export function instances(request: EmulatorRequest, world: World): EmulatorResponse {
  const asked = request.query.get('authorization_endpoint') ?? '';
  const endpoint = URL.canParse(asked) ? new URL(asked) : undefined;
  if (!endpoint || !isOfACloud(endpoint.hostname, world)) return entraRefusal(50049, request);
  const tenant = endpoint.pathname.split('/')[1] ?? 'common';
  const metadata = publicClouds(world).map((cloud) => ({
    preferred_network: cloud.authorityHosts[0],
    preferred_cache: cloud.authorityHosts[1] ?? cloud.authorityHosts[0],
    aliases: cloud.authorityHosts,
  }));
  return json(200, {
    tenant_discovery_endpoint: `https://${endpoint.hostname}/${tenant}/v2.0/.well-known/openid-configuration`,
    'api-version': request.query.get('api-version') ?? '1.1',
    metadata,
  });
}
