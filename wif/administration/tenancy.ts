import { ask, isGuid, listOf, recordOf, textOf } from './answer.ts';
import { graphReading } from './identity.ts';
import { path, type Web } from './web.ts';

/** For how many tenants an identity is. */
export type Tenancy = 'one' | 'several';

/** Graph takes no more values than these in one filter. */
const maxIds = 15;

/**
 * For how many tenants identities are, by their client IDs: few requests for many identities. Those
 * that Graph does not know in this tenant are left out.
 */
export async function tenanciesOf(
  clientIds: readonly string[],
  graph: Web,
): Promise<ReadonlyMap<string, Tenancy>> {
  const ids = [...new Set(clientIds.filter(isGuid).map((id) => id.toLowerCase()))];
  const tenancies = new Map<string, Tenancy>();
  for (let start = 0; start < ids.length; start += maxIds) {
    const quoted = ids.slice(start, start + maxIds).map((id) => `'${id}'`);
    const request = {
      method: 'GET',
      path:
        path`servicePrincipals?$filter=${`appId in (${quoted.join(',')})`}` +
        '&$select=appId,signInAudience,servicePrincipalType',
    } as const;
    const purpose = { to: 'read for which tenants app registrations are', needs: graphReading };
    for (const value of listOf(await ask(graph, request, purpose)).map(recordOf)) {
      const id = textOf(value['appId'])?.toLowerCase();
      // A managed identity has no audience: it is for its own tenant.
      const audience = textOf(value['signInAudience']) ?? 'AzureADMyOrg';
      if (id !== undefined) tenancies.set(id, audience === 'AzureADMyOrg' ? 'one' : 'several');
    }
  }
  return tenancies;
}
