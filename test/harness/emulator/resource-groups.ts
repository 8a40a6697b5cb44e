import type { Cloud } from './clouds.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { armError, type ArmHandler } from './resource-manager.ts';
import type { World } from './world.ts';

/** The key, and Resource Manager's ID, of the group that a path names. */
export const groupId = (request: EmulatorRequest): string =>
  `/subscriptions/${(request.params['subscription'] ?? '').toLowerCase()}/resourceGroups/${request.params['group'] ?? ''}`;

const notFound = (request: EmulatorRequest): EmulatorResponse =>
  armError(
    404,
    'ResourceGroupNotFound',
    `Resource group '${request.params['group'] ?? ''}' could not be found.`,
  );

function tryParse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function put(request: EmulatorRequest, world: World): EmulatorResponse {
  const id = groupId(request);
  const body = tryParse(request.body.toString());
  if (typeof body['location'] !== 'string') {
    return armError(
      400,
      'LocationRequired',
      'The location property is required for this definition.',
    );
  }
  const known = world.resourceGroups.has(id.toLowerCase());
  const group = {
    id,
    name: request.params['group'],
    type: 'Microsoft.Resources/resourceGroups',
    location: body['location'],
    ...(body['tags'] === undefined ? {} : { tags: body['tags'] }),
    properties: { provisioningState: 'Succeeded' },
  };
  world.resourceGroups.set(id.toLowerCase(), group);
  return json(known ? 200 : 201, group);
}

/** GET, HEAD, PUT and DELETE of a resource group. */
export const resourceGroup: ArmHandler = (request, world) => {
  const key = groupId(request).toLowerCase();
  const group = world.resourceGroups.get(key);
  if (request.method === 'PUT') return put(request, world);
  if (request.method === 'HEAD') return { status: group ? 204 : 404, headers: {}, body: '' };
  if (!group) return notFound(request);
  if (request.method === 'GET') return json(200, group);
  if (request.method !== 'DELETE') return armError(405, 'MethodNotAllowed', 'Not supported.');
  world.resourceGroups.delete(key);
  for (const id of world.resourceStore.keys()) {
    if (id.startsWith(`${key}/`)) world.resourceStore.delete(id);
  }
  return { status: 200, headers: {}, body: '' };
};

/** `GET …/resourceGroups`. */
export const resourceGroups: ArmHandler = (request, world) => {
  const prefix = `/subscriptions/${(request.params['subscription'] ?? '').toLowerCase()}/`;
  const value = [...world.resourceGroups.entries()]
    .filter(([key]) => key.startsWith(prefix))
    .map(([, group]) => group);
  return json(200, { value });
};

function storageAccountView(request: EmulatorRequest, cloud: Cloud): unknown {
  const name = request.params['account'] ?? '';
  return {
    id: `${groupId(request)}/providers/Microsoft.Storage/storageAccounts/${name}`,
    name,
    type: 'Microsoft.Storage/storageAccounts',
    kind: 'StorageV2',
    location: 'westeurope',
    sku: { name: 'Standard_LRS', tier: 'Standard' },
    properties: {
      provisioningState: 'Succeeded',
      primaryLocation: 'westeurope',
      primaryEndpoints: { blob: `https://${name}${cloud.blobSuffix}/` },
      supportsHttpsTrafficOnly: true,
    },
  };
}

/** `GET …/storageAccounts/{name}`: an account exists in whichever group is named. */
export const storageAccount =
  (cloud: Cloud): ArmHandler =>
  (request) =>
    json(200, storageAccountView(request, cloud));

/** `POST …/storageAccounts/{name}/listKeys`. */
export const storageAccountKeys: ArmHandler = (request, world) => {
  if (request.method !== 'POST') return armError(405, 'MethodNotAllowed', 'Not supported.');
  if (!world.issued.some((credential) => credential.value === world.storageKey)) {
    world.issued.push({ kind: 'secret', value: world.storageKey });
  }
  return json(200, { keys: [{ keyName: 'key1', value: world.storageKey, permissions: 'FULL' }] });
};
