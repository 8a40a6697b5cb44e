/** One cloud: its hosts, and what its connections say of it. */
export interface Cloud {
  readonly name: string;
  /** Hosts of Entra (of the directory service); the first is the one that discovery prefers. */
  readonly authorityHosts: readonly string[];
  readonly resourceManagerHost: string;
  /** Audiences that Resource Manager takes, without the slash at the end. */
  readonly resourceManagerAudiences: readonly string[];
  readonly graphHost: string;
  readonly blobSuffix: string;
  readonly vaultSuffix: string;
  readonly registrySuffix: string;
  /** Start of `iss` in access tokens (version 1). */
  readonly tokenIssuer: string;
  /** `environmentAuthorityUrl` of a service connection. */
  readonly authorityUrl: string;
  /** `activeDirectoryServiceEndpointResourceId` of a service connection. */
  readonly resourceId: string;
}

/** The clouds that always exist (hosts: Microsoft's national-cloud pages). */
export const publishedClouds: readonly Cloud[] = [
  {
    name: 'AzureCloud',
    authorityHosts: [
      'login.microsoftonline.com',
      'login.windows.net',
      'login.microsoft.com',
      'sts.windows.net',
    ],
    resourceManagerHost: 'management.azure.com',
    resourceManagerAudiences: [
      'https://management.azure.com',
      'https://management.core.windows.net',
    ],
    graphHost: 'graph.microsoft.com',
    blobSuffix: '.blob.core.windows.net',
    vaultSuffix: '.vault.azure.net',
    registrySuffix: '.azurecr.io',
    tokenIssuer: 'https://sts.windows.net',
    authorityUrl: 'https://login.windows.net/',
    resourceId: 'https://management.core.windows.net/',
  },
  {
    name: 'AzureUSGovernment',
    authorityHosts: ['login.microsoftonline.us', 'login.usgovcloudapi.net'],
    resourceManagerHost: 'management.usgovcloudapi.net',
    resourceManagerAudiences: [
      'https://management.usgovcloudapi.net',
      'https://management.core.usgovcloudapi.net',
    ],
    graphHost: 'graph.microsoft.us',
    blobSuffix: '.blob.core.usgovcloudapi.net',
    vaultSuffix: '.vault.usgovcloudapi.net',
    registrySuffix: '.azurecr.us',
    tokenIssuer: 'https://sts.windows.net',
    authorityUrl: 'https://login.microsoftonline.us/',
    resourceId: 'https://management.core.usgovcloudapi.net/',
  },
  {
    name: 'AzureChinaCloud',
    authorityHosts: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'],
    resourceManagerHost: 'management.chinacloudapi.cn',
    resourceManagerAudiences: [
      'https://management.chinacloudapi.cn',
      'https://management.core.chinacloudapi.cn',
    ],
    graphHost: 'microsoftgraph.chinacloudapi.cn',
    blobSuffix: '.blob.core.chinacloudapi.cn',
    vaultSuffix: '.vault.azure.cn',
    registrySuffix: '.azurecr.cn',
    tokenIssuer: 'https://sts.chinacloudapi.cn',
    authorityUrl: 'https://login.chinacloudapi.cn/',
    resourceId: 'https://management.core.chinacloudapi.cn/',
  },
];

/** The services that answer, by the kind of host. */
export type ServiceName =
  | 'azure-devops'
  | 'devops-users'
  | 'devops-entitlements'
  | 'visual-studio'
  | 'devops-issuer'
  | 'marketplace'
  | 'feeds'
  | 'entra'
  | 'resource-manager'
  | 'graph'
  | 'key-vault'
  | 'blob'
  | 'container-registry'
  | OtherServiceName;

/** Services of clouds that are not Azure, and of a host of repositories that is not Azure Repos. */
export type OtherServiceName =
  'google-sts' | 'google-iam' | 'google-storage' | 'aws-sts' | 's3' | 'other-git';

/** Who answers at a host. */
export interface Tenancy {
  readonly service: ServiceName;
  readonly cloud: Cloud;
}

function serviceIn(cloud: Cloud, host: string): ServiceName | undefined {
  if (cloud.authorityHosts.includes(host)) return 'entra';
  if (cloud.resourceManagerHost === host) return 'resource-manager';
  if (cloud.graphHost === host) return 'graph';
  if (host.endsWith(cloud.vaultSuffix)) return 'key-vault';
  if (host.endsWith(cloud.registrySuffix)) return 'container-registry';
  return host.endsWith(cloud.blobSuffix) ? 'blob' : undefined;
}

/** Their hosts: AWS has one of each kind in each region, and one for each bucket. */
const otherServices: readonly (readonly [RegExp, OtherServiceName])[] = [
  [/^sts\.googleapis\.com$/, 'google-sts'],
  [/^iamcredentials\.googleapis\.com$/, 'google-iam'],
  [/^storage\.googleapis\.com$/, 'google-storage'],
  [/^sts(\.[a-z0-9-]+)?\.amazonaws\.com$/, 'aws-sts'],
  [/^([a-z0-9.-]+\.)?s3(\.[a-z0-9-]+)?\.amazonaws\.com$/, 's3'],
  [/^([a-z0-9.-]+\.)?git\.example$/, 'other-git'],
];

/** Who answers at a host; undefined for a host that the emulator does not play. */
export function tenancyOf(host: string, clouds: readonly [Cloud, ...Cloud[]]): Tenancy | undefined {
  if (host === 'dev.azure.com') return { service: 'azure-devops', cloud: clouds[0] };
  if (host === 'vssps.dev.azure.com') return { service: 'devops-users', cloud: clouds[0] };
  if (host === 'vsaex.dev.azure.com') return { service: 'devops-entitlements', cloud: clouds[0] };
  if (host === 'marketplace.visualstudio.com') return { service: 'marketplace', cloud: clouds[0] };
  if (host === 'pkgs.dev.azure.com') return { service: 'feeds', cloud: clouds[0] };
  if (/^[a-z0-9-]+\.visualstudio\.com$/.test(host)) {
    return { service: 'visual-studio', cloud: clouds[0] };
  }
  if (host === 'vstoken.dev.azure.com') return { service: 'devops-issuer', cloud: clouds[0] };
  for (const cloud of clouds) {
    const service = serviceIn(cloud, host);
    if (service) return { service, cloud };
  }
  const other = otherServices.find(([pattern]) => pattern.test(host));
  return other && { service: other[1], cloud: clouds[0] };
}

const hostOf = (url: string): string => new URL(url).hostname;

/** An Azure Stack Hub as a test registers it: its own Resource Manager, and where wanted its own authority. */
export function azureStack(resourceManagerUrl: string, authorityUrl: string): Cloud {
  const domain = hostOf(resourceManagerUrl).replace(/^management\./, '');
  return {
    name: 'AzureStack',
    authorityHosts: [hostOf(authorityUrl)],
    resourceManagerHost: hostOf(resourceManagerUrl),
    resourceManagerAudiences: [`https://management.${domain}/5e2b3d5c`],
    graphHost: `graph.${domain}`,
    blobSuffix: `.blob.${domain}`,
    vaultSuffix: `.vault.${domain}`,
    registrySuffix: `.azurecr.${domain}`,
    tokenIssuer: 'https://sts.windows.net',
    authorityUrl,
    resourceId: `https://management.${domain}/5e2b3d5c`,
  };
}
