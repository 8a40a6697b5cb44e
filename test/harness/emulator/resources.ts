import type { Cloud } from './clouds.ts';
import type { World } from './world.ts';

/** Azure DevOps' own application: the audience of its access tokens, and `azp` of Entra's ID tokens for its connections. */
export const azureDevOps = '499b84ac-1321-427f-aa17-267ca6975798';

/** Resources that every tenant knows, without a slash at the end. */
const everywhere: readonly string[] = [
  'https://storage.azure.com',
  'https://graph.microsoft.com',
  'https://graph.windows.net',
  'https://vault.azure.net',
  'https://managedhsm.azure.net',
  'https://database.windows.net',
  'https://ossrdbms-aad.database.windows.net',
  'https://api.fabric.microsoft.com',
  'https://analysis.windows.net/powerbi/api',
  'https://api.loganalytics.io',
  'https://batch.core.windows.net',
  'https://containerregistry.azure.net',
  'https://eventhubs.azure.net',
  'https://servicebus.azure.net',
  'https://cognitiveservices.azure.com',
  'https://appservice.azure.com',
  // Logging in to virtual machines, for which there are certificates.
  'https://pas.windows.net/CheckMyAccess/Linux',
  // Azure DevOps, Kubernetes Service, Resource Manager, storage, Graph by application ID.
  azureDevOps,
  '6dae42f8-4368-4678-94ff-3960e28e3630',
  '797f4846-ba00-4fd7-ba43-dac1f8f63013',
  'e406a681-f3d4-42a8-90b6-c2b029497af1',
  '00000003-0000-0000-c000-000000000000',
];

/** A resource without the slashes at its end, for comparison only. */
export const bare = (resource: string): string => resource.replace(/\/+$/, '');

/** Audiences that a blob account takes. */
export const blobAudiences = (account: string, cloud: Cloud): readonly string[] => [
  'https://storage.azure.com',
  `https://${account}${cloud.blobSuffix}`,
  'e406a681-f3d4-42a8-90b6-c2b029497af1',
];

/** Audiences that the cloud's Resource Manager takes. */
export const resourceManagerAudiences = (cloud: Cloud): readonly string[] => [
  ...cloud.resourceManagerAudiences,
  '797f4846-ba00-4fd7-ba43-dac1f8f63013',
];

/** Audiences that a container registry takes: its own, and Resource Manager's. */
export const registryAudiences = (cloud: Cloud): readonly string[] => [
  'https://containerregistry.azure.net',
  ...resourceManagerAudiences(cloud),
];

/** Audiences of the cloud's Microsoft Graph. */
export const graphAudiences = (cloud: Cloud): readonly string[] => [
  `https://${cloud.graphHost}`,
  '00000003-0000-0000-c000-000000000000',
];

/** Audience of the cloud's vaults. */
export const vaultAudience = (cloud: Cloud): string => `https://${cloud.vaultSuffix.slice(1)}`;

/** Whether Entra in this cloud has a service principal for the resource. */
export function isKnownResource(resource: string, cloud: Cloud, world: World): boolean {
  const name = bare(resource);
  return (
    everywhere.includes(name) ||
    resourceManagerAudiences(cloud).includes(name) ||
    graphAudiences(cloud).includes(name) ||
    vaultAudience(cloud) === name ||
    (name.startsWith('https://') && name.endsWith(cloud.blobSuffix)) ||
    world.resources.has(name)
  );
}
