import assert from 'node:assert/strict';
import {
  azdVariables,
  managedIdentityVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../../../src/delivery/variables/azure-variables.ts';
import { aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';

const endpoints = someEndpoints();

describe('the AZURE_ variables', () => {
  it('are the four of a workload identity, all plain', () => {
    assert.deepEqual(workloadIdentityVariables(aServiceConnection(), '/tmp/id-token'), [
      { kind: 'plain', name: 'AZURE_CLIENT_ID', value: ids.client },
      { kind: 'plain', name: 'AZURE_TENANT_ID', value: ids.tenant },
      {
        kind: 'plain',
        name: 'AZURE_AUTHORITY_HOST',
        value: 'https://login.microsoftonline.com/',
      },
      { kind: 'plain', name: 'AZURE_FEDERATED_TOKEN_FILE', value: '/tmp/id-token' },
    ]);
  });

  it('name the subscription where there is one', () => {
    assert.deepEqual(subscriptionVariables(aServiceConnection()), [
      { kind: 'plain', name: 'AZURE_SUBSCRIPTION_ID', value: ids.subscription },
    ]);
    assert.deepEqual(subscriptionVariables(aServiceConnection({ subscriptionId: undefined })), []);
  });

  it('tell azd where to ask, and mask what opens it', () => {
    assert.deepEqual(azdVariables(endpoints), [
      { kind: 'plain', name: 'AZURE_OIDC_REQUEST_URL', value: endpoints.idTokenUrl },
      { kind: 'masked', name: 'AZURE_OIDC_REQUEST_TOKEN', value: endpoints.idTokenCapability },
    ]);
  });

  it('come with both variables of a managed identity, which mean nothing apart', () => {
    assert.deepEqual(managedIdentityVariables(endpoints), [
      { kind: 'plain', name: 'IDENTITY_ENDPOINT', value: endpoints.managedIdentityUrl },
      { kind: 'masked', name: 'IDENTITY_HEADER', value: endpoints.managedIdentityCapability },
    ]);
  });
});
