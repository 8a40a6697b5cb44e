import assert from 'node:assert/strict';
import { readConnection, type Connection } from '../../../wif/administration/connection.ts';

export const shop = { id: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'shop' };
export const billing = { id: 'aaaaaaaa-0000-4000-8000-000000000002', name: 'billing' };
export const now = new Date('2026-11-23T12:00:00Z');

interface Parts {
  readonly top?: object;
  readonly data?: object;
  readonly parameters?: object;
  readonly scheme?: string;
}

/** A record as Azure DevOps tells it: an automatic connection with a secret. */
export function record({ top, data, parameters, scheme = 'ServicePrincipal' }: Parts = {}): object {
  return {
    id: 'CCCCCCCC-0000-4000-8000-000000000003',
    name: 'production',
    type: 'azurerm',
    authorization: {
      scheme,
      parameters: {
        tenantid: 'dddddddd-0000-4000-8000-000000000004',
        serviceprincipalid: 'eeeeeeee-0000-4000-8000-000000000005',
        serviceprincipalkey: null,
        ...parameters,
      },
    },
    data: {
      environment: 'AzureCloud',
      creationMode: 'Automatic',
      subscriptionId: 'ffffffff-0000-4000-8000-000000000006',
      ...data,
    },
    isShared: false,
    isReady: true,
    serviceEndpointProjectReferences: [{ projectReference: shop, name: 'production' }],
    ...top,
  };
}

export function connection(parts: Parts = {}): Connection {
  const read = readConnection(record(parts), shop);
  assert.ok(read);
  return read;
}

export const federated = 'WorkloadIdentityFederation';
