import assert from 'node:assert/strict';
import { readAzureDevOpsConnection } from '../../../src/service-connection/service-connection.ts';
import { anAzureDevOpsEndpoint, ids } from '../../support/builders.ts';
import { failureOf } from '../../support/failures.ts';

describe('a service connection to Azure DevOps', () => {
  it('needs neither a subscription nor a cloud, and has no Resource Manager', () => {
    const connection = readAzureDevOpsConnection(anAzureDevOpsEndpoint());
    assert.deepEqual(
      { ...connection, cloud: connection.cloud.name },
      {
        kind: 'azureDevOps',
        id: ids.azureDevOps,
        name: 'production',
        step: undefined,
        clientId: ids.client,
        tenantId: ids.tenant,
        subscriptionId: undefined,
        cloud: 'AzureCloud',
        authorityHost: new URL('https://login.microsoftonline.com/'),
        propagationMs: 60_000,
      },
    );
  });

  for (const [told, changes] of [
    ['an address that is none', { url: 'not an address' }],
    ['a subscription', { data: { subscriptionid: 'Production' } }],
  ] as const) {
    it(`is read without looking at ${told}`, () => {
      const connection = readAzureDevOpsConnection(anAzureDevOpsEndpoint(changes));
      assert.equal(connection.subscriptionId, undefined);
    });
  }

  for (const { told, changes, code } of [
    { told: 'a secret', changes: { scheme: 'Token' }, code: 'CONNECTION_NOT_FEDERATED' },
    { told: 'no client ID', changes: { parameters: {} }, code: 'CONNECTION_INCOMPLETE' },
    { told: 'no cloud', changes: { data: { environment: 'Cloud' } }, code: 'CLOUD_UNKNOWN' },
  ] as const) {
    it(`is refused with ${told}`, () => {
      failureOf(() => readAzureDevOpsConnection(anAzureDevOpsEndpoint(changes)), code);
    });
  }
});
