import { presentedBy } from './access-tokens.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { graphAudiences } from './resources.ts';
import type { Application, World } from './world.ts';

const graphError = (status: number, code: string, message: string): EmulatorResponse =>
  json(status, { error: { code, message, innerError: {} } }, {}, { error: code });

const principalView = (
  application: Application,
  world: World,
): Readonly<Record<string, unknown>> => ({
  id: application.objectId,
  accountEnabled: true,
  alternativeNames: [...world.administration.managedIdentities.values()]
    .filter(({ clientId }) => clientId === application.clientId)
    .flatMap(({ resourceId }) => ['isExplicit=True', resourceId]),
  appDisplayName: application.name,
  appId: application.clientId,
  appOwnerOrganizationId: world.tenantId,
  displayName: application.name,
  servicePrincipalNames: [application.clientId],
  signInAudience:
    application.kind === 'managed-identity'
      ? null
      : application.isMultiTenant === true
        ? 'AzureADMultipleOrgs'
        : 'AzureADMyOrg',
  servicePrincipalType: application.kind === 'managed-identity' ? 'ManagedIdentity' : 'Application',
});

type Matches = (application: Application) => boolean;

/** The filters that clients use, each with what it means; Graph refuses all others. */
const filters: readonly (readonly [RegExp, (value: string) => Matches])[] = [
  [
    /^appId eq '([^']+)'$/i,
    (id) =>
      ({ clientId }) =>
        clientId === id.toLowerCase(),
  ],
  [
    // Graph takes 15 values in a list.
    /^appId in \(((?:'[^']+',?){1,15})\)$/i,
    (list) =>
      ({ clientId }) =>
        list.toLowerCase().includes(`'${clientId}'`),
  ],
  [
    /^servicePrincipalNames\/any\((?:\w+): ?\w+ eq '([^']+)'\)$/i,
    (id) =>
      ({ clientId }) =>
        clientId === id.toLowerCase(),
  ],
  [
    /^displayName eq '([^']+)'$/i,
    (wanted) =>
      ({ name }) =>
        name === wanted,
  ],
  [
    /^startswith\(displayName, ?'([^']+)'\)$/i,
    (start) =>
      ({ name }) =>
        name.startsWith(start),
  ],
];

function matcherOf(filter: string | null): Matches | undefined {
  if (filter === null) return () => true;
  for (const [pattern, matcher] of filters) {
    const [, value] = pattern.exec(filter) ?? [];
    if (value !== undefined) return matcher(value);
  }
  return undefined;
}

function listPrincipals(request: EmulatorRequest, world: World): EmulatorResponse {
  const matches = matcherOf(request.query.get('$filter'));
  if (matches === undefined) {
    return graphError(
      400,
      'Request_UnsupportedQuery',
      'Unsupported or invalid query filter clause.',
    );
  }
  const found = [...world.applications.values()].filter(matches);
  return json(200, { value: found.map((application) => principalView(application, world)) });
}

const missing = (id: string): EmulatorResponse =>
  graphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

function onePrincipal(id: string, world: World): EmulatorResponse {
  const found = [...world.applications.values()].find(({ objectId }) => objectId === id);
  return found ? json(200, principalView(found, world)) : missing(id);
}

function objectsByIds(request: EmulatorRequest, world: World): EmulatorResponse {
  const { ids = [] } = JSON.parse(request.body.toString()) as { readonly ids?: readonly string[] };
  const value = [...world.applications.values()]
    .filter(({ objectId }) => ids.includes(objectId))
    .map((one) => ({
      '@odata.type': '#microsoft.graph.servicePrincipal',
      ...principalView(one, world),
    }));
  return json(200, { value });
}

function answer(request: EmulatorRequest, world: World): EmulatorResponse {
  const { collection = '', id } = request.params;
  switch (collection.toLowerCase()) {
    case 'organization':
      return json(200, { value: [{ id: world.tenantId, displayName: 'Contoso' }] });
    case 'serviceprincipals':
      return id === undefined ? listPrincipals(request, world) : onePrincipal(id, world);
    case 'directoryobjects':
      return objectsByIds(request, world);
    case 'me':
      return graphError(
        400,
        'BadRequest',
        '/me request is only valid with delegated authentication flow.',
      );
    default:
      // The directory has service principals, and nobody else.
      return id === undefined ? json(200, { value: [] }) : missing(id);
  }
}

/** Microsoft Graph: the organization, and the service principals. */
export const graph =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const presented = presentedBy(bearerOf(request), graphAudiences(cloud), cloud, world);
    if ('flaw' in presented) {
      const text =
        presented.flaw === 'audience'
          ? 'Invalid audience.'
          : 'Lifetime validation failed, the token is expired.';
      return graphError(
        401,
        'InvalidAuthenticationToken',
        presented.flaw === 'none' ? 'Access token is empty.' : text,
      );
    }
    if (world.administration.rights.get(presented.application.clientId)?.graph === 'none') {
      return graphError(
        403,
        'Authorization_RequestDenied',
        'Insufficient privileges to complete the operation.',
      );
    }
    const given = answer(request, world);
    return { ...given, remark: { tokenId: presented.tokenId, ...given.remark } };
  };
