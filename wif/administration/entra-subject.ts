import { audience } from '../../src/access-token/federated-credential.ts';
import { isGuid } from './answer.ts';
import type { Connection, Trust } from './connection.ts';

/** Azure DevOps' own application, 499b84ac-1321-427f-aa17-267ca6975798, in Entra's short form. */
const devopsApplication = 'rISbSSETf0KqFyZ8ppdXmA';

/**
 * What Entra's issuer will send for a connection that still has the issuer of Azure DevOps: the
 * documented form (https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity).
 * Undefined where the connection does not name its tenant and organization. It is for a credential
 * that has to be there before the move; what Azure DevOps says after it is compared with this.
 */
export function trustAfterMove({ id, tenantId, issuer }: Connection): Trust | undefined {
  const organization = /^https:\/\/vstoken\.dev\.azure\.com\/([^/]+)\/?$/i.exec(issuer ?? '')?.[1];
  if (tenantId === undefined || !isGuid(tenantId)) return undefined;
  if (organization === undefined || !isGuid(organization)) return undefined;
  const tenant = shortGuid(tenantId);
  return {
    issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    subject: `/eid1/c/pub/t/${tenant}/a/${devopsApplication}/sc/${organization}/${id}`,
    audience,
  };
}

/** A GUID in 22 characters: its 16 bytes in the order of .NET, base64url. */
export function shortGuid(guid: string): string {
  const hex = guid.replaceAll('-', '');
  const bytes = Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
  const head = [3, 2, 1, 0, 5, 4, 7, 6].map((index) => bytes[index] ?? 0);
  return Buffer.from([...head, ...bytes.slice(8)]).toString('base64url');
}
