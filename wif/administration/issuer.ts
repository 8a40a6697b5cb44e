import { isOfPublicCloud } from './cloud.ts';
import { isFederated, type Connection } from './connection.ts';

/** Who issues the ID tokens of a connection. */
export type IssuerKind = 'none' | 'entra' | 'azure-devops' | 'unknown';

/** When Azure DevOps stops issuing ID tokens itself. */
export const issuerRetirement = '2027-07-01';

/** Where the change of issuer is described. */
export const issuerChangePage =
  'https://learn.microsoft.com/azure/devops/pipelines/release/convert-service-connections';

/**
 * The issuer that a connection names
 * (https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity).
 */
export function issuerKind(connection: Pick<Connection, 'scheme' | 'issuer'>): IssuerKind {
  if (!isFederated(connection)) return 'none';
  const { issuer } = connection;
  if (issuer === undefined || !URL.canParse(issuer)) return 'unknown';
  const { hostname } = new URL(issuer);
  if (hostname === 'vstoken.dev.azure.com') return 'azure-devops';
  return /^login\.(microsoftonline\.(com|us)|chinacloudapi\.cn|partner\.microsoftonline\.cn)$/.test(
    hostname,
  )
    ? 'entra'
    : 'unknown';
}

/**
 * Whether the issuer of the connection ends: in the public cloud only, and there not for app
 * registrations for several tenants, which this cannot see.
 */
export function issuerRetires(
  connection: Pick<Connection, 'scheme' | 'issuer' | 'environment'>,
): boolean {
  return issuerKind(connection) === 'azure-devops' && isOfPublicCloud(connection);
}
