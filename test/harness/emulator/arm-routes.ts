import {
  identityCredentials,
  managedIdentity,
  readByAdministrators,
  subscriptionFor,
} from './authorization.ts';
import { cloudMetadata } from './cloud-metadata.ts';
import type { Cloud } from './clouds.ts';
import {
  deployment,
  deploymentForecast,
  deploymentOperations,
  deployments,
  deploymentStatus,
  deploymentValidation,
} from './deployments.ts';
import {
  resourceGroup,
  resourceGroups,
  storageAccount,
  storageAccountKeys,
} from './resource-groups.ts';
import {
  locations,
  managementGroup,
  managementGroupView,
  providers,
  subscription,
  subscriptions,
  tenants,
  withRole,
  withToken,
} from './resource-manager.ts';
import { anyResource, resourceAction, storedResources } from './resource-store.ts';
import { roleAssignment, roleAssignments, roleDefinitions } from './role-assignments.ts';
import type { Handler, Route } from './route.ts';

const subscriptionPath = '^/subscriptions/(?<subscription>[^/]+)';
const groupPath = `${subscriptionPath}/resourceGroups/(?<group>[^/]+)`;
const accountPath = `${groupPath}/providers/Microsoft.Storage/storageAccounts/(?<account>[^/]+)`;
const identityPath = `${groupPath}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/(?<name>[^/]+)`;
const authorizationPath =
  '^(?<scope>/(subscriptions|providers/Microsoft.Management/managementGroups)/[^/]+(/resourceGroups/[^/]+(/providers/[^/]+/[^/]+/[^/]+)?)?)/providers/Microsoft.Authorization';
// A deployment belongs to a group or to the subscription itself.
const deploymentsPath = `${subscriptionPath}(/resourceGroups/(?<group>[^/]+))?/providers/Microsoft.Resources/deployments`;
const deploymentPath = `${deploymentsPath}/(?<name>[^/]+)`;

/** What Resource Manager answers, the narrower paths first. */
export function armRoutes(cloud: Cloud): readonly Route[] {
  const arm = (pattern: string, handle: Handler): Route => ({
    name: 'arm',
    pattern: new RegExp(`${pattern}/?$`, 'i'),
    handle,
  });
  const role = withRole.bind(undefined, cloud);
  const group = 'Microsoft.Resources/subscriptions/resourceGroups';
  return [
    arm('^/metadata/endpoints', cloudMetadata(cloud)),
    arm('^/tenants', withToken(cloud, tenants)),
    arm('^/subscriptions', withToken(cloud, subscriptions)),
    arm(
      '^/providers/Microsoft.Management/managementGroups/(?<name>[^/]+)',
      readByAdministrators(cloud, managementGroupView, withToken(cloud, managementGroup)),
    ),
    arm(
      subscriptionPath,
      subscriptionFor(cloud, role('Microsoft.Resources/subscriptions/read', subscription)),
    ),
    arm(identityPath, managedIdentity(cloud)),
    arm(
      `${identityPath}/federatedIdentityCredentials(/(?<credential>[^/]+))?`,
      identityCredentials(cloud),
    ),
    arm(`${authorizationPath}/roleDefinitions(/(?<role>[^/]+))?`, roleDefinitions(cloud)),
    arm(`${authorizationPath}/roleAssignments`, roleAssignments(cloud)),
    arm(`${authorizationPath}/roleAssignments/(?<name>[^/]+)`, roleAssignment(cloud)),
    arm(
      `${subscriptionPath}/providers(/(?<namespace>[^/]+)(/register)?)?`,
      role('Microsoft.Resources/subscriptions/providers/read', providers),
    ),
    arm(`${subscriptionPath}/resourceGroups`, role(`${group}/read`, resourceGroups)),
    arm(
      groupPath,
      readByAdministrators(cloud, resourceGroup, role(`${group}/write`, resourceGroup)),
    ),
    arm(
      `${subscriptionPath}/locations`,
      role('Microsoft.Resources/subscriptions/locations/read', locations),
    ),
    arm(
      `${subscriptionPath}(/resourceGroups/(?<group>[^/]+))?/resources`,
      role(`${group}/resources/read`, storedResources),
    ),
    arm(accountPath, role('Microsoft.Storage/storageAccounts/read', storageAccount(cloud))),
    arm(
      `${accountPath}/listKeys`,
      role('Microsoft.Storage/storageAccounts/listKeys/action', storageAccountKeys),
    ),
    arm(deploymentPath, role('Microsoft.Resources/deployments/write', deployment)),
    arm(
      `${deploymentPath}/validate`,
      role('Microsoft.Resources/deployments/validate/action', deploymentValidation),
    ),
    arm(
      `${deploymentPath}/operationStatuses/(?<operation>[^/]+)`,
      role('Microsoft.Resources/deployments/operationstatuses/read', deploymentStatus),
    ),
    arm(
      `${deploymentPath}/operations`,
      role('Microsoft.Resources/deployments/operations/read', deploymentOperations),
    ),
    arm(deploymentsPath, role('Microsoft.Resources/deployments/read', deployments)),
    arm(
      `${deploymentPath}/whatIf`,
      role('Microsoft.Resources/deployments/whatIf/action', deploymentForecast),
    ),
    arm(
      `${subscriptionPath}(/resourceGroups/(?<group>[^/]+))?/providers/(?<kind>[^/]+(/[^/]+)+)`,
      role(resourceAction, anyResource),
    ),
  ];
}
