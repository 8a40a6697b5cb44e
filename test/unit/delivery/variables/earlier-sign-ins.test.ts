import assert from 'node:assert/strict';
import { plain, type VariableChange } from '../../../../src/agent/variable-change.ts';
import {
  azdVariables,
  azureCliVariables,
  managedIdentityVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../../../src/delivery/variables/azure-variables.ts';
import { followUps, type NextSignIn } from '../../../../src/delivery/variables/earlier-sign-ins.ts';
import { aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

const folder = '/agent/_temp/workload-identity';
const connection = aServiceConnection();
const tokenFile = `${folder}/${ids.connection}/id-token`;
const azureCliProfile = `${folder}/${ids.connection}/azure`;
const endpoints = someEndpoints();

/** What an earlier task of ours has exported for another connection. */
const another = {
  AZURE_CLIENT_ID: 'another-client',
  AZURE_TENANT_ID: ids.tenant,
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_FEDERATED_TOKEN_FILE: `${folder}/another/id-token`,
};
const anotherAzureCli = { ...another, AZURE_CONFIG_DIR: `${folder}/another/azure` };
const anotherManagedIdentity = { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: 'h' };
const anotherAzd = { AZURE_OIDC_REQUEST_URL: 'http://127.0.0.1:1/', AZURE_OIDC_REQUEST_TOKEN: 't' };

function follow(
  environment: Readonly<Record<string, string>>,
  changes: Partial<NextSignIn> = {},
  more: readonly VariableChange[] = [],
): { followed: readonly VariableChange[]; agent: FakeAgent } {
  const agent = new FakeAgent();
  const variables = [...workloadIdentityVariables(connection, tokenFile), ...more];
  const next = { connection, variables, endpoints, azureCliProfile, ...changes };
  return { followed: followUps(environment, next, agent), agent };
}

describe('after an earlier sign-in', () => {
  it('there is nothing to follow in a job that has none', () => {
    const { followed, agent } = follow({ PATH: '/bin', ...anotherManagedIdentity });
    assert.deepEqual([followed, agent.warned, agent.said], [[], [], []]);
  });

  it('a task that exports no identity of its own leaves everything alone', () => {
    const all = { ...anotherAzureCli, ...anotherManagedIdentity, ...anotherAzd };
    const { followed, agent } = follow(all, { variables: [plain('TF_VAR_hub_client_id', 'x')] });
    assert.deepEqual([followed, agent.warned, agent.said], [[], [], []]);
  });

  it('the endpoints and the subscription of another connection follow the new one', () => {
    const before = {
      ...another,
      ...anotherManagedIdentity,
      ...anotherAzd,
      AZURE_SUBSCRIPTION_ID: 'another',
    };
    const { followed, agent } = follow(before);
    assert.deepEqual(followed, [
      ...subscriptionVariables(connection),
      ...azdVariables(endpoints),
      ...managedIdentityVariables(endpoints),
    ]);
    assert.deepEqual(agent.warned, []);
  });

  for (const path of [
    'C:\\agent\\_work\\_temp\\workload-identity\\another\\id-token',
    '/__w/_temp/workload-identity-container/another/id-token',
    '/agent/_temp/workload-identity-once-a-_1/id-token',
  ]) {
    it(`one of ours is known by its file ${path}`, () => {
      const before = { ...another, AZURE_FEDERATED_TOKEN_FILE: path, ...anotherAzd };
      const { followed, agent } = follow(before);
      assert.deepEqual([followed, agent.warned], [azdVariables(endpoints), []]);
    });
  }

  it('what the task sets itself is not set twice', () => {
    const own = [...subscriptionVariables(connection), ...azdVariables(endpoints)];
    const before = { ...another, ...anotherAzd, AZURE_SUBSCRIPTION_ID: 'another' };
    assert.deepEqual(follow(before, {}, own).followed, []);
  });

  it('a connection without subscription leaves none of another behind', () => {
    const none = aServiceConnection({ subscriptionId: undefined });
    const { followed } = follow(
      { ...another, AZURE_SUBSCRIPTION_ID: 'another' },
      { connection: none },
    );
    assert.deepEqual(followed, [plain('AZURE_SUBSCRIPTION_ID', '')]);
  });

  it('Azure CLI of another connection keeps the endpoint that it needs', () => {
    const { followed, agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity });
    assert.deepEqual(followed, []);
    assert.match(agent.said.join(), /Azure CLI stays signed in as the connection of an earlier/);
  });

  it('Azure CLI of the same connection goes with it', () => {
    const same = { ...another, AZURE_CONFIG_DIR: azureCliProfile, ...anotherManagedIdentity };
    assert.deepEqual(follow(same).followed, managedIdentityVariables(endpoints));
  });

  it('Azure CLI that is signed in anew needs no care', () => {
    const own = [...azureCliVariables(azureCliProfile), ...managedIdentityVariables(endpoints)];
    const { followed, agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity }, {}, own);
    assert.deepEqual([followed, agent.warned, agent.said], [[], [], []]);
  });

  it('Azure CLI that loses its endpoint is told of', () => {
    const own = managedIdentityVariables(endpoints);
    const { agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity }, {}, own);
    assert.match(agent.warned.join(), /sign it in again/);
  });

  it('endpoints that cannot follow are told of, where there is no broker', () => {
    const before = { ...another, ...anotherManagedIdentity, ...anotherAzd };
    const { followed, agent } = follow(before, { endpoints: undefined });
    assert.deepEqual(followed, []);
    assert.equal(agent.warned.length, 2);
    assert.match(agent.warned.join(), /IDENTITY_ENDPOINT and IDENTITY_HEADER.+refresh/);
  });
});

describe('an identity that somebody else left in the four variables of kubelogin', () => {
  const left = {
    AZURE_CLIENT_ID: 'somebody',
    AZURE_TENANT_ID: ids.tenant.toUpperCase(),
    AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com',
    AZURE_FEDERATED_TOKEN_FILE: '/agent/_temp/kubelogin/token',
  };

  it('is replaced, with one warning that names what differs', () => {
    const { followed, agent } = follow(left);
    assert.deepEqual(followed, []);
    assert.equal(agent.warned.length, 1);
    assert.match(agent.warned.join(), / in AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE; /);
  });

  it('is no matter where it is the same, or empty', () => {
    const same = { AZURE_CLIENT_ID: ids.client, AZURE_TENANT_ID: '' };
    assert.deepEqual(follow(same).agent.warned, []);
  });
});
