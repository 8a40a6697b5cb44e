import { presentedBy, type Presented, type TokenFlaw } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { resourceManagerAudiences } from './resources.ts';
import type { Application, World } from './world.ts';

/** A refusal in Resource Manager's form. */
export const armError = (
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): EmulatorResponse => json(status, { error: { code, message } }, headers, { error: code });

type Flawed = Extract<Presented, { readonly flaw: TokenFlaw }>;

const allowed = (cloud: Cloud): string =>
  cloud.resourceManagerAudiences.map((audience) => `'${audience}/','${audience}'`).join(',');

const flawTexts: Readonly<
  Record<TokenFlaw, (flawed: Flawed, cloud: Cloud) => readonly [code: string, message: string]>
> = {
  none: () => [
    'AuthenticationFailed',
    "Authentication failed. The 'Authorization' header is missing.",
  ],
  malformed: () => ['InvalidAuthenticationToken', 'The access token is invalid.'],
  signature: () => [
    'InvalidAuthenticationToken',
    'The access token validation failure: the signature is invalid.',
  ],
  issuer: () => [
    'InvalidAuthenticationTokenTenant',
    'The access token is from the wrong issuer. It must match one of the tenants associated with this subscription.',
  ],
  expired: (it) => [
    'ExpiredAuthenticationToken',
    `The access token expiry UTC time '${new Date((it.expiry ?? 0) * 1000).toISOString()}' is earlier than current UTC time '${new Date().toISOString()}'.`,
  ],
  'not-yet': () => ['InvalidAuthenticationToken', 'The access token is not yet valid.'],
  audience: (it, cloud) => [
    'InvalidAuthenticationTokenAudience',
    `The access token has been obtained for wrong audience or resource '${it.audience ?? ''}'. It should exactly match with one of the allowed audiences ${allowed(cloud)}.`,
  ],
  identity: () => [
    'InvalidAuthenticationToken',
    'The access token is of an identity that does not exist in this cloud.',
  ],
};

function unauthorized(flawed: Flawed, cloud: Cloud, world: World): EmulatorResponse {
  const [code, message] = flawTexts[flawed.flaw](flawed, cloud);
  const challenge = `Bearer authorization_uri="https://${cloud.authorityHosts[0] ?? ''}/${world.tenantId}", error="invalid_token", error_description="${message}"`;
  return armError(401, code, message, { 'WWW-Authenticate': challenge });
}

/** What an authorised call does. */
export type ArmHandler = (
  request: EmulatorRequest,
  world: World,
  application: Application,
) => EmulatorResponse;

/** Demands a good token for this cloud's Resource Manager. */
export const withToken =
  (cloud: Cloud, handler: ArmHandler) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const presented = presentedBy(bearerOf(request), resourceManagerAudiences(cloud), cloud, world);
    if ('flaw' in presented) {
      const answer = unauthorized(presented, cloud, world);
      return { ...answer, remark: { ...answer.remark, tokenId: presented.tokenId ?? '' } };
    }
    if (!request.query.has('api-version')) {
      return armError(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required for all requests.',
      );
    }
    const answer = handler(request, world, presented.application);
    return { ...answer, remark: { tokenId: presented.tokenId, ...answer.remark } };
  };

/** Demands a role on the subscription of the path, and that there is such a subscription. */
export const withRole = (
  cloud: Cloud,
  action: string | ((request: EmulatorRequest) => string),
  handler: ArmHandler,
): ((request: EmulatorRequest, world: World) => EmulatorResponse) =>
  withToken(cloud, (request, world, application) => {
    const subscription = (request.params['subscription'] ?? '').toLowerCase();
    const exists =
      subscription === world.subscriptionId ||
      [...world.connections.values()].some((known) => known.subscriptionId === subscription);
    if (!exists) {
      return armError(
        404,
        'SubscriptionNotFound',
        `The subscription '${subscription}' could not be found.`,
      );
    }
    if (!application.subscriptions.has(subscription)) {
      const wanted = typeof action === 'string' ? action : action(request);
      return armError(
        403,
        'AuthorizationFailed',
        `The client '${application.clientId}' with object id '${application.objectId}' does not have authorization to perform action '${wanted}' over scope '/subscriptions/${subscription}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      );
    }
    return handler(request, world, application);
  });

const subscriptionView = (id: string, world: World): unknown => ({
  id: `/subscriptions/${id}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId: id,
  tenantId: world.tenantId,
  displayName: 'Shop subscription',
  state: 'Enabled',
  subscriptionPolicies: {
    locationPlacementId: 'Public_2014-09-01',
    quotaId: 'PayAsYouGo_2014-09-01',
    spendingLimit: 'Off',
  },
});

/** `GET /subscriptions`: those on which the caller has a role. */
export const subscriptions: ArmHandler = (_request, world, application) =>
  json(200, {
    value: [...application.subscriptions].map((id) => subscriptionView(id, world)),
    count: { type: 'Total', value: application.subscriptions.size },
  });

/** `GET /subscriptions/{id}`. */
export const subscription: ArmHandler = (request, world) =>
  json(200, subscriptionView((request.params['subscription'] ?? '').toLowerCase(), world));

/** `GET /tenants`. */
export const tenants: ArmHandler = (_request, world) => {
  const { tenantId } = world;
  const tenant = {
    id: `/tenants/${tenantId}`,
    tenantId,
    displayName: 'Contoso',
    tenantCategory: 'Home',
  };
  return json(200, { value: [tenant] });
};

const managementGroupId = (name: string): string =>
  `/providers/Microsoft.Management/managementGroups/${name}`;

/** A management group, for whoever may see it. */
export const managementGroupView: ArmHandler = (request, world) => {
  const name = request.params['name'] ?? '';
  const properties = { tenantId: world.tenantId, displayName: 'Shop group' };
  const type = 'Microsoft.Management/managementGroups';
  return json(200, { id: managementGroupId(name), type, name, properties });
};

/** `GET …/managementGroups/{name}`. */
export const managementGroup: ArmHandler = (request, world, application) => {
  const id = managementGroupId(request.params['name'] ?? '');
  if (application.subscriptions.size === 0) {
    return armError(
      403,
      'AuthorizationFailed',
      `The client '${application.clientId}' with object id '${application.objectId}' does not have authorization to perform action 'Microsoft.Management/managementGroups/read' over scope '${id}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }
  return managementGroupView(request, world, application);
};

/** `GET …/providers`: every resource provider that is asked about is registered. */
export const providers: ArmHandler = (request) => {
  const namespace = request.params['namespace'];
  const view = (name: string): unknown => ({
    namespace: name,
    registrationState: 'Registered',
    registrationPolicy: 'RegistrationRequired',
    resourceTypes: [],
  });
  return namespace === undefined
    ? json(200, { value: ['Microsoft.Resources', 'Microsoft.Storage'].map(view) })
    : json(200, view(namespace));
};

/** `GET …/locations`: a few regions of those that there are. */
export const locations: ArmHandler = (request) => {
  const subscription = request.params['subscription'] ?? '';
  const view = ([name, displayName, geography]: readonly [string, string, string]): unknown => ({
    id: `/subscriptions/${subscription}/locations/${name}`,
    name,
    displayName,
    regionalDisplayName: `(Europe) ${displayName}`,
    metadata: { regionType: 'Physical', regionCategory: 'Recommended', geography },
  });
  return json(200, { value: regions.map(view) });
};

const regions = [
  ['westeurope', 'West Europe', 'Europe'],
  ['northeurope', 'North Europe', 'Europe'],
] as const;
