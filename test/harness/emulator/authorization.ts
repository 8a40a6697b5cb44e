import type { Cloud } from './clouds.ts';
import { addCredential, credentialView } from './directory.ts';
import { json, normalised, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { armError, withToken } from './resource-manager.ts';
import type { Application, World } from './world.ts';

/** Roles that every subscription knows, by their published IDs. */
export const builtInRoles: Readonly<Record<string, string>> = {
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
};

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

/** Demands an administrator's token, with the right to write for all but GET. */
const withRights = (cloud: Cloud, action: string, handle: Handle) =>
  withToken(cloud, (request, world, caller) => {
    const rights = world.administration.rights.get(caller.clientId);
    const right = rights?.resourceManager ?? (rights ? 'write' : 'none');
    if (right === 'none' || (right === 'read' && request.method !== 'GET')) {
      const verb = request.method === 'GET' ? 'read' : 'write';
      return armError(
        403,
        'AuthorizationFailed',
        `The client '${caller.clientId}' with object id '${caller.objectId}' does not have authorization to perform action '${action}/${verb}' over scope '${request.path}' or the scope is invalid.`,
      );
    }
    return handle(request, world);
  });

/** An administrator sees the subscription without a role of its own kind. */
export const subscriptionFor =
  (cloud: Cloud, others: (request: EmulatorRequest, world: World) => EmulatorResponse) =>
  (request: EmulatorRequest, world: World): EmulatorResponse =>
    withToken(cloud, (asked, there, caller) => {
      const rights = there.administration.rights.get(caller.clientId);
      if (!rights || rights.resourceManager === 'none') return others(asked, there);
      const id = normalised(asked.params['subscription'] ?? '');
      if (id !== there.subscriptionId) {
        return armError(
          404,
          'SubscriptionNotFound',
          `The subscription '${id}' could not be found.`,
        );
      }
      return json(200, {
        id: `/subscriptions/${id}`,
        subscriptionId: id,
        displayName: 'Shop subscription',
        tenantId: there.tenantId,
        state: 'Enabled',
      });
    })(request, world);

const identityAt = (request: EmulatorRequest, world: World): Application | EmulatorResponse => {
  const { subscription = '', group = '', name = '' } = request.params;
  const id = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
  const identity = world.administration.managedIdentities.get(id.toLowerCase());
  return (
    world.applications.get(identity?.clientId ?? '') ??
    armError(
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.ManagedIdentity/userAssignedIdentities/${name}' under resource group '${group}' was not found.`,
    )
  );
};

/** `GET …/userAssignedIdentities/{name}`. */
export const managedIdentity = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.ManagedIdentity/userAssignedIdentities', (request, world) => {
    const identity = identityAt(request, world);
    if ('status' in identity) return identity;
    const { clientId, objectId: principalId, name } = identity;
    const properties = { tenantId: world.tenantId, principalId, clientId };
    return json(200, { id: request.path, name, location: 'westeurope', properties });
  });

/** `GET …/federatedIdentityCredentials`, and `PUT` of one. */
export const identityCredentials = (cloud: Cloud): Handle =>
  withRights(
    cloud,
    'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials',
    (request, world) => {
      const identity = identityAt(request, world);
      if ('status' in identity) return identity;
      const { credential: name } = request.params;
      if (request.method === 'GET') {
        const value = identity.federatedCredentials.map((credential) => {
          const { name: called, ...properties } = credentialView(credential);
          return { name: called, properties };
        });
        return json(200, { value });
      }
      if (request.method !== 'PUT' || name === undefined) {
        return armError(405, 'MethodNotAllowed', 'Not supported.');
      }
      const { properties } = JSON.parse(request.body.toString()) as { properties?: object };
      const flaw = addCredential(identity, { ...properties, name }, world);
      return flaw
        ? armError(flaw.status, flaw.code, flaw.message)
        : json(201, { name, properties });
    },
  );

/** `GET …/roleDefinitions`, by name, and one by its ID. */
export const roleDefinitions = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleDefinitions', (request) => {
    const { scope = '', role } = request.params;
    const wanted = /^roleName eq '([^']+)'$/.exec(request.query.get('$filter') ?? '')?.[1];
    const views = Object.entries(builtInRoles)
      .filter(([roleName, id]) => roleName === wanted || id === role)
      .map(([roleName, id]) => ({
        id: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
        name: id,
        properties: { roleName, type: 'BuiltInRole' },
      }));
    if (role === undefined) return json(200, { value: views });
    return views[0]
      ? json(200, views[0])
      : armError(404, 'RoleDefinitionDoesNotExist', 'There is no such role.');
  });

const assignmentView = (name: string, properties: object): unknown => ({ name, properties });

/** Those that tests and the world gave: a role on a subscription is Contributor there. */
const assignmentsOf = (principalId: string, scope: string, world: World): unknown[] => {
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1] ?? '';
  const [identity] = [...world.applications.values()].filter(
    ({ objectId }) => objectId === principalId,
  );
  const explicit = world.administration.roleAssignments.filter(
    (one) =>
      one.principalId === principalId && scope.toLowerCase().startsWith(one.scope.toLowerCase()),
  );
  const isImplied =
    explicit.length === 0 && identity?.subscriptions.has(subscription.toLowerCase()) === true;
  const implied = {
    roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${builtInRoles['Contributor'] ?? ''}`,
    principalId,
    scope,
  };
  return [
    ...explicit.map(({ name, ...properties }) => assignmentView(name, properties)),
    ...(isImplied ? [assignmentView('implied', implied)] : []),
  ];
};

/** `GET …/roleAssignments` of a principal. */
export const roleAssignments = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleAssignments', (request, world) => {
    const principal = /^assignedTo\('([^']+)'\)$/.exec(request.query.get('$filter') ?? '')?.[1];
    if (principal === undefined) return armError(400, 'BadRequest', 'Unsupported filter.');
    return json(200, { value: assignmentsOf(principal, request.params['scope'] ?? '', world) });
  });

interface NewAssignment {
  readonly properties?: {
    readonly principalId?: string;
    readonly roleDefinitionId?: string;
    readonly principalType?: string;
  };
}

/** `PUT …/roleAssignments/{GUID}`. */
export const roleAssignment = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleAssignments', (request, world) => {
    const { scope = '', name = '' } = request.params;
    const { properties = {} } = JSON.parse(request.body.toString()) as NewAssignment;
    const { principalId = '', roleDefinitionId = '', principalType } = properties;
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name)) {
      return armError(
        400,
        'InvalidRoleAssignmentId',
        `The role assignment ID '${name}' is not valid.`,
      );
    }
    const [identity] = [...world.applications.values()].filter(
      (one) => one.objectId === principalId,
    );
    if (!identity || principalType !== 'ServicePrincipal') {
      return armError(
        400,
        'PrincipalNotFound',
        `Principal ${principalId} does not exist in the directory.`,
      );
    }
    const { roleAssignments: present } = world.administration;
    const same = present.some(
      (one) =>
        one.principalId === principalId &&
        one.roleDefinitionId === roleDefinitionId &&
        one.scope.toLowerCase() === scope.toLowerCase(),
    );
    if (same) return armError(409, 'RoleAssignmentExists', 'The role assignment already exists.');
    present.push({ name, scope, principalId, roleDefinitionId });
    const subscription = /^\/subscriptions\/([^/]+)/i.exec(scope)?.[1]?.toLowerCase();
    if (subscription !== undefined) {
      const subscriptions = new Set([...identity.subscriptions, subscription]);
      world.applications.set(identity.clientId, { ...identity, subscriptions });
    }
    return json(201, assignmentView(name, { principalId, roleDefinitionId, scope }));
  });
