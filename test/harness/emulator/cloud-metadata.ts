import type { Cloud } from './clouds.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { vaultAudience } from './resources.ts';
import type { World } from './world.ts';

const authority = (cloud: Cloud): string => `https://${cloud.authorityHosts[0] ?? ''}`;

const audiences = (cloud: Cloud): readonly string[] =>
  [...cloud.resourceManagerAudiences].reverse();

const oldest = (cloud: Cloud): unknown => ({
  galleryEndpoint: 'https://gallery.azure.com/',
  graphEndpoint: 'https://graph.windows.net/',
  portalEndpoint: 'https://portal.azure.com/',
  authentication: { loginEndpoint: `${authority(cloud)}/`, audiences: audiences(cloud) },
});

const newest = (cloud: Cloud): unknown => ({
  portal: 'https://portal.azure.com',
  authentication: {
    loginEndpoint: authority(cloud),
    audiences: audiences(cloud),
    tenant: 'common',
    identityProvider: 'AAD',
  },
  media: 'https://rest.media.azure.net',
  graphAudience: 'https://graph.windows.net/',
  graph: 'https://graph.windows.net/',
  name: cloud.name,
  suffixes: {
    storage: cloud.blobSuffix.slice('.blob.'.length),
    keyVaultDns: cloud.vaultSuffix.slice(1),
    sqlServerHostname: 'database.windows.net',
    acrLoginServer: cloud.registrySuffix.slice(1),
  },
  batch: 'https://batch.core.windows.net/',
  resourceManager: `https://${cloud.resourceManagerHost}/`,
  microsoftGraphResourceId: `https://${cloud.graphHost}/`,
  activeDirectoryDataLake: 'https://datalake.azure.net/',
  keyVaultResourceId: vaultAudience(cloud),
});

/** `/metadata/endpoints`: needs no token; one cloud, or in the middle versions a list of all. */
export const cloudMetadata =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const version = request.query.get('api-version') ?? '';
    if (version <= '2015-01-01') return json(200, oldest(cloud));
    if (version >= '2022-09-01' || cloud.name === 'AzureStack') return json(200, newest(cloud));
    return json(200, world.clouds.filter((one) => one.name !== 'AzureStack').map(newest));
  };
