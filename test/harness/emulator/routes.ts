import {
  identityCredentials,
  managedIdentity,
  roleAssignment,
  roleAssignments,
  roleDefinitions,
  subscriptionFor,
} from './authorization.ts';
import { locations, oidcToken } from './azure-devops.ts';
import { blob } from './blob.ts';
import { cloudMetadata } from './cloud-metadata.ts';
import type { Cloud, ServiceName, Tenancy } from './clouds.ts';
import {
  deployment,
  deploymentOperations,
  deploymentStatus,
  deploymentValidation,
} from './deployments.ts';
import { applicationCredentials, applications } from './directory.ts';
import { devopsIssuer, entraConfiguration, entraKeys, instances } from './discovery.ts';
import { entraToken } from './entra.ts';
import { graph, vaultSecret } from './graph.ts';
import type { RouteName } from './journal.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { newEndpoint } from './new-service-endpoint.ts';
import { s3 } from './other-clouds/aws-s3.ts';
import { awsSts } from './other-clouds/aws-sts.ts';
import { googleStoragePaths } from './other-clouds/google-storage.ts';
import { googleToken, impersonation } from './other-clouds/google-sts.ts';
import {
  resourceGroup,
  resourceGroups,
  resources,
  storageAccount,
  storageAccountKeys,
} from './resource-groups.ts';
import {
  managementGroup,
  providers,
  subscription,
  subscriptions,
  tenants,
  withRole,
  withToken,
} from './resource-manager.ts';
import { endpoint, endpoints, history, project, projects } from './service-endpoints.ts';
import type { World } from './world.ts';

/** A pure answer to a request. */
export type Handler = (
  request: EmulatorRequest,
  world: World,
) => EmulatorResponse | Promise<EmulatorResponse>;

/** A path of a service, and who answers there. */
export interface Route {
  readonly name: RouteName;
  readonly pattern: RegExp;
  readonly handle: Handler;
}

const devopsRoutes: readonly Route[] = [
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
    ] as const
  ).map(([pattern, handle]) => ({
    name: 'service-endpoints' as const,
    pattern: new RegExp(`^/contoso${pattern}$`, 'i'),
    handle,
  })),
];

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

const subscriptionPath = '^/subscriptions/(?<subscription>[^/]+)';
const groupPath = `${subscriptionPath}/resourceGroups/(?<group>[^/]+)`;
const accountPath = `${groupPath}/providers/Microsoft.Storage/storageAccounts/(?<account>[^/]+)`;
const identityPath = `${groupPath}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/(?<name>[^/]+)`;
const authorizationPath =
  '^(?<scope>/(subscriptions|providers/Microsoft.Management/managementGroups)/[^/]+(/resourceGroups/[^/]+)?)/providers/Microsoft.Authorization';
// A deployment belongs to a group or to the subscription itself.
const deploymentPath = `${subscriptionPath}(/resourceGroups/(?<group>[^/]+))?/providers/Microsoft.Resources/deployments/(?<name>[^/]+)`;

const armRoutes = (cloud: Cloud): readonly Route[] => {
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
      withToken(cloud, managementGroup),
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
    arm(groupPath, role(`${group}/write`, resourceGroup)),
    arm(`${groupPath}/resources`, role(`${group}/resources/read`, resources)),
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
  ];
};

const routesOf: Readonly<Record<ServiceName, (cloud: Cloud) => readonly Route[]>> = {
  'azure-devops': () => devopsRoutes,
  'devops-issuer': () => issuerRoutes,
  entra: entraRoutes,
  'resource-manager': armRoutes,
  graph: (cloud) => [
    {
      name: 'graph',
      pattern: /^\/v1\.0\/(?<collection>organization|servicePrincipals)$/i,
      handle: graph(cloud),
    },
    { name: 'graph', pattern: /^\/v1\.0\/applications$/i, handle: applications(cloud) },
    {
      name: 'graph',
      pattern: /^\/v1\.0\/applications\/(?<id>[^/]+)\/federatedIdentityCredentials$/i,
      handle: applicationCredentials(cloud),
    },
  ],
  'key-vault': (cloud) => [
    {
      name: 'key-vault',
      pattern: /^\/secrets\/(?<name>[\w-]+)(\/\w*)?$/i,
      handle: vaultSecret(cloud),
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
export const findRoute = (
  tenancy: Tenancy,
  path: string,
): { readonly route: Route; readonly params: Readonly<Record<string, string>> } => {
  for (const route of routesOf[tenancy.service](tenancy.cloud)) {
    const match = route.pattern.exec(path);
    if (match) {
      const named = Object.entries(match.groups ?? {}) as (readonly [string, string | undefined])[];
      const present = named.filter((pair): pair is [string, string] => pair[1] !== undefined);
      return { route, params: Object.fromEntries(present) };
    }
  }
  return { route: nowhere, params: {} };
};
