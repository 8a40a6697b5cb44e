import { createHash } from 'node:crypto';
import { ask, consult, listOf, recordOf, refused, textOf } from './answer.ts';
import { administrationError } from './errors.ts';
import { requireGuid } from './identity.ts';
import { placeOf } from './scope.ts';
import { path, type Web } from './web.ts';

/** A role that an identity has somewhere. */
export interface Role {
  readonly name: string;
  readonly scope: string;
}

const version = 'api-version=2022-04-01';
const authorization = 'providers/Microsoft.Authorization';

const readingAt = (scope: string): string => `the role Reader on ${placeOf(scope)}`;
export const assigning =
  'the role Role Based Access Control Administrator (or Owner, User Access Administrator) at the scope of the role';

/** The roles that hold at a scope, also those that a group or a higher scope gives. */
export async function rolesOf(
  principalId: string,
  scope: string,
  resourceManager: Web,
): Promise<readonly Role[]> {
  const purpose = { to: `list the role assignments at ${scope}`, needs: readingAt(scope) };
  const filter = `assignedTo('${requireGuid(principalId)}')`;
  const list = `${scope.slice(1)}/${authorization}/roleAssignments?${version}`;
  const request = { method: 'GET', path: list + path`&$filter=${filter}` } as const;
  const assignments = listOf(await ask(resourceManager, request, purpose))
    .map((value) => recordOf(recordOf(value)['properties']))
    .map((properties) => ({
      definition: textOf(properties['roleDefinitionId']) ?? '',
      scope: textOf(properties['scope']) ?? scope,
    }));
  const names = new Map<string, string>();
  for (const { definition } of assignments) {
    names.set(definition, names.get(definition) ?? (await roleName(definition, resourceManager)));
  }
  return assignments.map(({ definition, scope: at }) => ({
    name: names.get(definition) ?? definition,
    scope: at,
  }));
}

/** Name of a role, or its ID where nobody tells. */
async function roleName(definition: string, resourceManager: Web): Promise<string> {
  const purpose = { to: 'read a role definition', needs: readingAt(definition) };
  const request = { method: 'GET', path: `${definition.slice(1)}?${version}` } as const;
  const answer = await consult(resourceManager, request, purpose);
  const value = 'refusal' in answer ? {} : recordOf(answer.value);
  return textOf(recordOf(value['properties'])['roleName']) ?? definition;
}

/** The definition of a role by its name. */
export async function roleNamed(
  name: string,
  scope: string,
  resourceManager: Web,
): Promise<string> {
  const purpose = { to: `find the role "${name}"`, needs: readingAt(scope) };
  const filter = `roleName eq '${name.replaceAll("'", "''")}'`;
  const list = `${scope.slice(1)}/${authorization}/roleDefinitions?${version}`;
  const request = { method: 'GET', path: list + path`&$filter=${filter}` } as const;
  const [found] = listOf(await ask(resourceManager, request, purpose));
  const id = textOf(recordOf(found)['id']);
  if (id !== undefined) return id;
  throw administrationError(
    'ROLE_NOT_FOUND',
    `There is no role "${name}" at ${scope}.`,
    'List the roles with: az role definition list --query "[].roleName" --output tsv',
  );
}

/** Assigns a role under an ID that follows from who, what and where: twice is once. */
export async function assignRole(
  principalId: string,
  definition: string,
  scope: string,
  resourceManager: Web,
): Promise<void> {
  const purpose = { to: `assign a role at ${scope}`, needs: assigning };
  const id = assignmentId(principalId, definition, scope);
  const answer = await consult(
    resourceManager,
    {
      method: 'PUT',
      path: `${scope.slice(1)}/${authorization}/roleAssignments/${id}?${version}`,
      // Told the type, Resource Manager does not look up an identity that is too new to be found.
      body: {
        properties: {
          roleDefinitionId: definition,
          principalId,
          principalType: 'ServicePrincipal',
        },
      },
    },
    purpose,
  );
  if (!('refusal' in answer)) return;
  const { status, code } = answer.refusal;
  if (status === 409 && code === 'RoleAssignmentExists') return;
  throw refused(answer.refusal, resourceManager.service, purpose);
}

/** A GUID made from its meaning. */
export function assignmentId(principalId: string, definition: string, scope: string): string {
  const meaning = [principalId, definition, scope].map((part) => part.toLowerCase()).join('|');
  const hex = createHash('sha256').update(meaning).digest('hex');
  const version8 = `8${hex.slice(13, 16)}`;
  const variant = `a${hex.slice(17, 20)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), version8, variant, hex.slice(20, 32)].join('-');
}

/** A subscription as the signed-in administrator sees it. */
export async function readSubscription(
  id: string,
  resourceManager: Web,
): Promise<{ readonly name: string; readonly tenantId: string | undefined }> {
  const purpose = {
    to: `read the subscription ${id}`,
    needs: 'the role Reader on the subscription',
  };
  const request = {
    method: 'GET',
    path: path`subscriptions/${requireGuid(id)}?` + 'api-version=2022-12-01',
  } as const;
  const value = recordOf(await ask(resourceManager, request, purpose));
  return { name: textOf(value['displayName']) ?? id, tenantId: textOf(value['tenantId']) };
}

/** A management group as the signed-in administrator sees it. */
export async function readManagementGroup(
  id: string,
  resourceManager: Web,
): Promise<{ readonly name: string; readonly tenantId: string | undefined }> {
  const purpose = {
    to: `read the management group ${id}`,
    needs: 'the role Management Group Reader on the management group',
  };
  const request = {
    method: 'GET',
    path: path`providers/Microsoft.Management/managementGroups/${id}?` + 'api-version=2020-05-01',
  } as const;
  const properties = recordOf(recordOf(await ask(resourceManager, request, purpose))['properties']);
  return {
    name: textOf(properties['displayName']) ?? id,
    tenantId: textOf(properties['tenantId']),
  };
}

/** Makes sure that there is such a resource group. */
export async function requireResourceGroup(
  subscription: string,
  group: string,
  resourceManager: Web,
): Promise<void> {
  const purpose = {
    to: `read the resource group "${group}"`,
    needs: 'the role Reader on the resource group',
  };
  const request = {
    method: 'GET',
    path:
      path`subscriptions/${requireGuid(subscription)}/resourcegroups/${group}?` +
      'api-version=2021-04-01',
  } as const;
  await ask(resourceManager, request, purpose);
}
