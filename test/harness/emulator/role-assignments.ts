import type { RoleAssignment } from './administration.ts';
import { withRights } from './authorization.ts';
import type { Cloud } from './clouds.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { armError } from './resource-manager.ts';
import type { World } from './world.ts';

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

/** Roles that every subscription knows, by their published IDs. */
export const builtInRoles: Readonly<Record<string, string>> = {
  Owner: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
};

const definitionId = (scope: string, id: string): string =>
  `${scope}/providers/Microsoft.Authorization/roleDefinitions/${id}`;

/** `GET …/roleDefinitions`, all or by name, and one by its ID. */
export const roleDefinitions = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleDefinitions', (request) => {
    const { scope = '', role } = request.params;
    const wanted = /roleName eq '([^']+)'/.exec(request.query.get('$filter') ?? '')?.[1];
    const views = Object.entries(builtInRoles)
      .filter(([roleName, id]) =>
        role === undefined ? roleName === (wanted ?? roleName) : id === role,
      )
      .map(([roleName, id]) => ({
        id: definitionId(scope, id),
        name: id,
        type: 'Microsoft.Authorization/roleDefinitions',
        properties: { roleName, type: 'BuiltInRole', assignableScopes: ['/'], permissions: [] },
      }));
    if (role === undefined) return json(200, { value: views });
    return views[0]
      ? json(200, views[0])
      : armError(404, 'RoleDefinitionDoesNotExist', 'There is no such role.');
  });

const assignmentView = ({ name, ...properties }: RoleAssignment): unknown => ({
  id: `${properties.scope}/providers/Microsoft.Authorization/roleAssignments/${name}`,
  name,
  type: 'Microsoft.Authorization/roleAssignments',
  properties: { ...properties, principalType: 'ServicePrincipal' },
});

/** A role on a subscription that the world gave is Contributor there. */
function impliedFor(principalId: string, scope: string, world: World): RoleAssignment[] {
  const subscription = /^\/subscriptions\/([^/]+)$/i.exec(scope)?.[1] ?? '';
  const identity = [...world.applications.values()].find((one) => one.objectId === principalId);
  if (identity?.subscriptions.has(subscription.toLowerCase()) !== true) return [];
  const roleDefinitionId = definitionId(scope, builtInRoles['Contributor'] ?? '');
  return [{ name: 'implied', roleDefinitionId, principalId, scope }];
}

const isAtOrAbove = (own: string, scope: string): boolean =>
  `${scope}/`.toLowerCase().startsWith(`${own}/`.toLowerCase());

/** `GET …/roleAssignments`: of one principal, or what holds at a scope; else all that touch it. */
export const roleAssignments = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleAssignments', (request, world) => {
    const { scope = '' } = request.params;
    const filter = request.query.get('$filter') ?? '';
    const clauses = /^(atScope\(\)|assignedTo\('([^']+)'\)|principalId eq '([^']+)'| and )*$/i;
    if (!clauses.test(filter)) return armError(400, 'BadRequest', 'Unsupported filter.');
    const principal = /'([^']+)'/.exec(filter)?.[1];
    const holdsAtScope = /atScope\(\)|assignedTo/i.test(filter);
    const explicit = world.administration.roleAssignments.filter(
      (one) =>
        (principal === undefined || one.principalId === principal) &&
        (isAtOrAbove(one.scope, scope) || (!holdsAtScope && isAtOrAbove(scope, one.scope))),
    );
    const implied =
      principal === undefined || explicit.length > 0 ? [] : impliedFor(principal, scope, world);
    return json(200, { value: [...explicit, ...implied].map(assignmentView) });
  });

interface NewAssignment {
  readonly properties?: {
    readonly principalId?: string;
    readonly roleDefinitionId?: string;
    readonly principalType?: string;
  };
}

function assign(request: EmulatorRequest, world: World): EmulatorResponse {
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
  const identity = [...world.applications.values()].find((one) => one.objectId === principalId);
  if (!identity || (principalType ?? 'ServicePrincipal') !== 'ServicePrincipal') {
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
  const assignment = { name, scope, principalId, roleDefinitionId };
  present.push(assignment);
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(scope)?.[1]?.toLowerCase();
  if (subscription !== undefined) {
    const subscriptions = new Set([...identity.subscriptions, subscription]);
    world.applications.set(identity.clientId, { ...identity, subscriptions });
  }
  return json(201, assignmentView(assignment));
}

/** `GET`, `PUT` and `DELETE` of `…/roleAssignments/{GUID}`. */
export const roleAssignment = (cloud: Cloud): Handle =>
  withRights(cloud, 'Microsoft.Authorization/roleAssignments', (request, world) => {
    if (request.method === 'PUT') return assign(request, world);
    const { roleAssignments: present } = world.administration;
    const index = present.findIndex(({ name }) => name === request.params['name']);
    const known = present[index];
    if (request.method === 'DELETE') {
      if (known === undefined) return { status: 204, headers: {}, body: '' };
      present.splice(index, 1);
      return json(200, assignmentView(known));
    }
    if (request.method !== 'GET') return armError(405, 'MethodNotAllowed', 'Not supported.');
    return known
      ? json(200, assignmentView(known))
      : armError(404, 'RoleAssignmentNotFound', 'The role assignment is not found.');
  });
