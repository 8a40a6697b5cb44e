import type { Cloud } from './clouds.ts';
import { addCredential, credentialView } from './directory.ts';
import { json, normalised, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { armError, withToken, type ArmHandler } from './resource-manager.ts';
import type { Application, World } from './world.ts';

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

/** Demands an administrator's token, with the right to write for all but GET. */
export const withRights = (cloud: Cloud, action: string, handle: Handle): Handle =>
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

/** Whether the caller of Resource Manager administers, and may read there. */
function readsAsAdministrator(request: EmulatorRequest, world: World, clientId: string): boolean {
  const rights = world.administration.rights.get(clientId);
  return request.method === 'GET' && rights !== undefined && rights.resourceManager !== 'none';
}

/** An administrator reads it without a role of its own kind. */
export const readByAdministrators =
  (cloud: Cloud, handle: ArmHandler, others: Handle): Handle =>
  (request, world) =>
    withToken(cloud, (asked, there, caller) =>
      readsAsAdministrator(asked, there, caller.clientId)
        ? handle(asked, there, caller)
        : others(asked, there),
    )(request, world);

function identityAt(request: EmulatorRequest, world: World): Application | EmulatorResponse {
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
}

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
