import { isOfPublicCloud } from './cloud.ts';
import { isFederated, type Connection } from './connection.ts';
import { issuerKind } from './issuer.ts';
import { isForeign, isUnderWay } from './operation.ts';
import type { Tenancy } from './tenancy.ts';

/** Why a connection keeps its issuer, or has it no more. */
export const stayReasons = {
  'not-federated': 'signs in with a secret or otherwise: it has no issuer to move',
  'entra-already': "has Entra's issuer already",
  'issuer-unknown': 'has an issuer that wif does not know',
  'other-cloud': 'is for another cloud, where the issuer of Azure DevOps stays',
  'several-tenants':
    "must stay: its app registration is for several tenants, and Entra's issuer does not take those (AADSTS70052)",
  'tenancy-unknown':
    'is left alone: Microsoft Graph does not say whether its app registration is for several tenants, which would have to stay',
  'shared-from-another-project': 'is shared from project {home}: move it there',
  'under-way': 'is being changed by Azure DevOps right now',
} as const;

export type StayReason = keyof typeof stayReasons;

/** Whether a connection has to be moved to Entra's issuer, and why not. */
export function moveVerdict(
  connection: Connection,
  tenancies: ReadonlyMap<string, Tenancy>,
): StayReason | 'move' {
  if (!isFederated(connection)) return 'not-federated';
  const kind = issuerKind(connection);
  if (kind === 'entra') return 'entra-already';
  if (kind !== 'azure-devops') return 'issuer-unknown';
  if (!isOfPublicCloud(connection)) return 'other-cloud';
  if (isForeign(connection)) return 'shared-from-another-project';
  if (isUnderWay(connection)) return 'under-way';
  const tenancy = tenancies.get(connection.clientId?.toLowerCase() ?? '');
  if (tenancy === 'several') return 'several-tenants';
  return tenancy === undefined || connection.subject === undefined ? 'tenancy-unknown' : 'move';
}

/** A reason as a report shows it for this connection. */
export function stayText(reason: StayReason, { home }: Connection): string {
  return stayReasons[reason].replace('{home}', home.name);
}
