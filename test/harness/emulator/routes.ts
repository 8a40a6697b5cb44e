import { armRoutes } from './arm-routes.ts';
import { locations, oidcToken } from './azure-devops.ts';
import { blob } from './blob.ts';
import type { Cloud, ServiceName, Tenancy } from './clouds.ts';
import { connectionData, pipelineRuns, pipelines } from './connection-data.ts';
import { registryChallenge, registryExchange } from './container-registry.ts';
import { application, applicationCredentials, applications } from './directory.ts';
import { devopsIssuer, entraConfiguration, entraKeys, instances } from './discovery.ts';
import { entraToken } from './entra.ts';
import { feedPaths } from './feeds.ts';
import { gitRepository, otherGitHost } from './git-repositories.ts';
import { graph } from './graph.ts';
import { vaultSecret, vaultSecrets } from './key-vault.ts';
import { marketplacePaths } from './marketplace.ts';
import { json } from './message.ts';
import { newEndpoint } from './new-service-endpoint.ts';
import { entitlement, principals, storageKey } from './organization-users.ts';
import { s3 } from './other-clouds/aws-s3.ts';
import { awsSts } from './other-clouds/aws-sts.ts';
import { googleStoragePaths } from './other-clouds/google-storage.ts';
import { googleToken, impersonation } from './other-clouds/google-sts.ts';
import { pipelinePermissions } from './pipeline-permissions.ts';
import { buildDefinition, gitItem, variableGroups } from './pipelines.ts';
import type { Route } from './route.ts';
import { endpoint, endpoints, history, project, projects } from './service-endpoints.ts';

const devopsRoutes: readonly Route[] = [
  {
    name: 'connection-data',
    pattern: /^\/contoso\/_apis\/connectionData\/?$/i,
    handle: connectionData,
  },
  { name: 'pipelines', pattern: /^\/contoso\/shop\/_apis\/pipelines$/i, handle: pipelines },
  {
    name: 'pipelines',
    pattern: /^\/contoso\/shop\/_apis\/pipelines\/7\/runs$/i,
    handle: pipelineRuns,
  },
  {
    name: 'oidctoken',
    pattern:
      /^\/contoso\/(?<project>[^/]+)\/_apis\/distributedtask\/hubs\/(?<hub>[^/]+)\/plans\/(?<plan>[^/]+)\/jobs\/(?<jobId>[^/]+)\/oidctoken$/i,
    handle: oidcToken,
  },
  {
    name: 'azure-devops',
    pattern: /^\/contoso\/_apis\/distributedtask\/?$/i,
    handle: locations,
  },
  ...(
    [
      ['/_apis/projects', projects],
      ['/_apis/projects/(?<project>[^/]+)', project],
      ['/_apis/serviceendpoint/endpoints', newEndpoint],
      ['/(?<project>[^/]+)/_apis/serviceendpoint/endpoints', endpoints],
      ['/(?<project>[^/]+)/_apis/serviceendpoint/endpoints/(?<id>[^/]+)', endpoint],
      ['/(?<project>[^/]+)/_apis/serviceendpoint/(?<id>[^/]+)/executionhistory', history],
      [
        '/(?<project>[^/]+)/_apis/pipelines/pipelinepermissions/endpoint/(?<id>[^/]+)',
        pipelinePermissions,
      ],
      ['/(?<project>[^/]+)/_apis/build/definitions/(?<id>[^/]+)', buildDefinition],
      ['/_apis/git/repositories/(?<repository>[^/]+)/items', gitItem],
      ['/(?<project>[^/]+)/_apis/distributedtask/variablegroups', variableGroups],
    ] as const
  ).map(([pattern, handle]) => ({
    name: 'service-endpoints' as const,
    pattern: new RegExp(`^/contoso${pattern}$`, 'i'),
    handle,
  })),
];

const usersRoutes: readonly Route[] = [
  {
    name: 'organization-users',
    pattern: /^\/contoso\/_apis\/graph\/serviceprincipals$/i,
    handle: principals,
  },
  {
    name: 'organization-users',
    pattern: /^\/contoso\/_apis\/graph\/storagekeys\/(?<descriptor>[^/]+)$/i,
    handle: storageKey,
  },
];

const entitlementRoutes: readonly Route[] = [
  {
    name: 'organization-users',
    pattern: /^\/contoso\/_apis\/serviceprincipalentitlements\/(?<id>[^/]+)$/i,
    handle: entitlement,
  },
];

const gitRoute = (base: string): Route => ({
  name: 'git',
  pattern: new RegExp(`^${base}/(?<project>[^/]+)/_git/(?<repository>[^/]+)(?<rest>/.*)?$`, 'i'),
  handle: gitRepository,
});

const issuerRoutes: readonly Route[] = [
  {
    name: 'discovery',
    pattern: /^\/(?<organization>[^/]+)\/\.well-known\/(?<document>openid-configuration|jwks)$/i,
    handle: devopsIssuer,
  },
];

const entraRoutes = (cloud: Cloud): readonly Route[] => [
  {
    name: 'entra-token',
    pattern: /^\/(?<tenant>[^/]+)\/oauth2\/(?<version>v2\.0\/)?token$/i,
    handle: entraToken,
  },
  { name: 'discovery', pattern: /^(\/[^/]+)?\/discovery\/instance$/i, handle: instances },
  {
    name: 'discovery',
    pattern: /^\/(?<tenant>[^/]+)(?<version>\/v2\.0)?\/\.well-known\/openid-configuration$/i,
    handle: entraConfiguration(cloud),
  },
  {
    name: 'discovery',
    pattern: /^(\/(?<tenant>[^/]+))?\/discovery(\/v2\.0)?\/keys$/i,
    handle: entraKeys,
  },
];

const routesOf: Readonly<Record<ServiceName, (cloud: Cloud) => readonly Route[]>> = {
  'devops-users': () => usersRoutes,
  'devops-entitlements': () => entitlementRoutes,
  'azure-devops': () => [...devopsRoutes, gitRoute('/(?<organization>[^/]+)')],
  'visual-studio': () => [gitRoute('(/DefaultCollection)?')],
  'devops-issuer': () => issuerRoutes,
  marketplace: () =>
    marketplacePaths.map(([pattern, handle]) => ({ name: 'marketplace', pattern, handle })),
  feeds: () => feedPaths.map(([pattern, handle]) => ({ name: 'feeds', pattern, handle })),
  entra: entraRoutes,
  'resource-manager': armRoutes,
  graph: (cloud) => [
    {
      name: 'graph',
      pattern:
        /^\/v1\.0\/(?<collection>organization|servicePrincipals|users|groups|me|directoryObjects)(\/(?<id>[^/]+))?$/i,
      handle: graph(cloud),
    },
    { name: 'graph', pattern: /^\/v1\.0\/applications$/i, handle: applications(cloud) },
    {
      name: 'graph',
      pattern: /^\/v1\.0\/applications\/(?<id>[^/]+)$/i,
      handle: application(cloud),
    },
    {
      name: 'graph',
      pattern: /^\/v1\.0\/applications\/(?<id>[^/]+)\/federatedIdentityCredentials$/i,
      handle: applicationCredentials(cloud),
    },
  ],
  'key-vault': (cloud) => [
    { name: 'key-vault', pattern: /^\/secrets\/?$/i, handle: vaultSecrets(cloud) },
    {
      name: 'key-vault',
      pattern: /^\/secrets\/(?<name>[\w-]+)(\/\w*)?$/i,
      handle: vaultSecret(cloud),
    },
  ],
  'container-registry': (cloud) => [
    { name: 'container-registry', pattern: /^\/v2\/?$/i, handle: registryChallenge },
    {
      name: 'container-registry',
      pattern: /^\/oauth2\/exchange$/i,
      handle: registryExchange(cloud),
    },
  ],
  blob: (cloud) => [{ name: 'blob', pattern: /^\/.*$/s, handle: blob(cloud) }],
  'google-sts': () => [{ name: 'google-sts', pattern: /^\/v1\/token$/, handle: googleToken }],
  'google-iam': () => [
    {
      name: 'google-iam',
      pattern: /^\/v1\/projects\/-\/serviceAccounts\/(?<account>[^/:]+):generateAccessToken$/,
      handle: impersonation,
    },
  ],
  'google-storage': () =>
    googleStoragePaths.map(([pattern, handle]) => ({ name: 'google-storage', pattern, handle })),
  'aws-sts': () => [{ name: 'aws-sts', pattern: /^\/$/, handle: awsSts }],
  s3: () => [{ name: 's3', pattern: /^\/.*$/s, handle: s3 }],
  'other-git': () => [{ name: 'other-git', pattern: /^\/.*$/s, handle: otherGitHost }],
};

const nowhere: Route = {
  name: 'unknown',
  pattern: /^/,
  handle: (request) =>
    json(
      404,
      {
        error: {
          code: 'NotFound',
          message: `Nothing answers ${request.method} ${request.path} here.`,
        },
      },
      {},
      { error: 'not-emulated' },
    ),
};

/** The route of a path at a host, with the named parts of the path. */
export function findRoute(
  tenancy: Tenancy,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } {
  for (const route of routesOf[tenancy.service](tenancy.cloud)) {
    const match = route.pattern.exec(path);
    if (match) {
      const named = Object.entries(match.groups ?? {}) as (readonly [string, string | undefined])[];
      const present = named.filter((pair): pair is [string, string] => pair[1] !== undefined);
      return { route, params: Object.fromEntries(present) };
    }
  }
  return { route: nowhere, params: {} };
}
