import { quoted, refusal } from '../errors.ts';

/** The clouds that a service connection can name, with what differs between them. */
export interface Cloud {
  /** The connection's `environment`, and the Azure CLI's name of the cloud. */
  readonly name: CloudName;
  /** Where the connection names no authority; an Azure Stack always names its own. */
  readonly authorityHost?: string;
  /** The resource of Resource Manager's access tokens, where the connection names none. */
  readonly resourceManager?: string;
  /** Terraform's `ARM_ENVIRONMENT`; absent where that variable is not needed or not known. */
  readonly terraformEnvironment?: string;
}

type CloudName = 'AzureCloud' | 'AzureUSGovernment' | 'AzureChinaCloud' | 'AzureStack';

const clouds: readonly Cloud[] = [
  {
    name: 'AzureCloud',
    authorityHost: 'https://login.microsoftonline.com/',
    resourceManager: 'https://management.azure.com',
  },
  {
    name: 'AzureUSGovernment',
    authorityHost: 'https://login.microsoftonline.us/',
    resourceManager: 'https://management.usgovcloudapi.net',
    terraformEnvironment: 'usgovernment',
  },
  {
    name: 'AzureChinaCloud',
    authorityHost: 'https://login.chinacloudapi.cn/',
    resourceManager: 'https://management.chinacloudapi.cn',
    terraformEnvironment: 'china',
  },
  { name: 'AzureStack', terraformEnvironment: 'stack' },
];

/**
 * The cloud of a connection's `environment`. A name that is not known is refused, never read as
 * the public cloud: a typing error must not sign anyone in to the wrong one.
 */
export function cloudNamed(environment: string | undefined, connectionName: string): Cloud {
  const wanted = environment === undefined || environment === '' ? 'AzureCloud' : environment;
  const cloud = clouds.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  if (cloud !== undefined) return cloud;
  throw refusal(
    'CLOUD_UNKNOWN',
    `The service connection "${connectionName}" is for the cloud ${quoted(wanted)}, which this task does not know.`,
    `Use a connection for one of ${clouds.map(({ name }) => name).join(', ')}.`,
  );
}
