import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
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
const azureCliProfile = `${folder}/azure-AzureCloud`;
const endpoints = someEndpoints();

/** What an earlier task of ours has exported for another connection. */
const another = {
  AZURE_CLIENT_ID: 'another-client',
  AZURE_TENANT_ID: ids.tenant,
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_FEDERATED_TOKEN_FILE: `${folder}/another/id-token`,
};
const anotherAzureCli = { ...another, AZURE_CONFIG_DIR: azureCliProfile };
const anotherManagedIdentity = { IDENTITY_ENDPOINT: 'http://127.0.0.1:1/', IDENTITY_HEADER: 'h' };
const anotherAzd = { AZURE_OIDC_REQUEST_URL: 'http://127.0.0.1:1/', AZURE_OIDC_REQUEST_TOKEN: 't' };

function follow(
  environment: Readonly<Record<string, string>>,
  changes: Partial<NextSignIn> = {},
  more: readonly VariableChange[] = [],
  presentVariables: readonly PresentVariable[] = [],
): { followed: readonly VariableChange[]; agent: FakeAgent } {
  const agent = new FakeAgent({ presentVariables });
  const variables = [...workloadIdentityVariables(connection, tokenFile), ...more];
  const managedIdentity = 'instead of another' as const;
  const next = { connection, variables, endpoints, managedIdentity, ...changes };
  return { followed: followUps(environment, next, agent), agent };
}

describe('after an earlier sign-in', () => {
  it('there is nothing to follow in a job that has none', () => {
    const { followed, agent } = follow({ PATH: '/bin' });
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

  it('a subscription that the author chose stays beside a connection that has none, in each step', () => {
    const none = aServiceConnection({ subscriptionId: undefined });
    const before = { ...another, AZURE_CLIENT_ID: ids.client, AZURE_SUBSCRIPTION_ID: 'chosen' };
    assert.deepEqual(follow(before, { connection: none }).followed, []);
  });

  it('the endpoint follows, and Azure CLI of another connection stays signed in, which is told', () => {
    const { followed, agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity });
    assert.deepEqual(followed, managedIdentityVariables(endpoints));
    assert.match(agent.said.join(), /Azure CLI stays signed in as the connection of an earlier/);
    assert.deepEqual(agent.warned, []);
  });

  it('Azure CLI of the same connection goes with it', () => {
    const same = { ...anotherAzureCli, AZURE_CLIENT_ID: ids.client, ...anotherManagedIdentity };
    const { followed, agent } = follow(same);
    assert.deepEqual([followed, agent.said], [managedIdentityVariables(endpoints), []]);
  });

  it('Azure CLI that is signed in anew needs no care', () => {
    const own = [...azureCliVariables(azureCliProfile), ...managedIdentityVariables(endpoints)];
    const { followed, agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity }, {}, own);
    assert.deepEqual([followed, agent.warned, agent.said], [[], [], []]);
  });

  it('a task that exports the endpoint itself tells the same of Azure CLI', () => {
    const own = managedIdentityVariables(endpoints);
    const { followed, agent } = follow({ ...anotherAzureCli, ...anotherManagedIdentity }, {}, own);
    assert.deepEqual(followed, []);
    assert.match(agent.said.join(), /Azure CLI stays signed in as the connection of an earlier/);
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

  const asJobVariables = Object.keys(left).map((name) => ({
    name,
    isEmpty: false,
    source: 'job' as const,
  }));

  it('is replaced, with one warning that names what differs', () => {
    const { followed, agent } = follow(left, {}, [], asJobVariables);
    assert.deepEqual(followed, []);
    assert.equal(agent.warned.length, 1);
    assert.match(agent.warned.join(), / in AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE; /);
  });

  it('is replaced without a warning where the agent has it by itself, as a pod in AKS does', () => {
    const { agent } = follow(left);
    assert.deepEqual(agent.warned, []);
    assert.match(agent.said.join(), /identity of its own in AZURE_CLIENT_ID, AZURE_FEDERATED/);
  });

  it('is no matter where it is the same, or empty', () => {
    const same = { AZURE_CLIENT_ID: ids.client, AZURE_TENANT_ID: '' };
    assert.deepEqual(follow(same).agent.warned, []);
  });
});

describe('a machine with a managed identity of its own', () => {
  const machines = {
    'App Service, Container Apps': {
      IDENTITY_ENDPOINT: 'http://169.254.129.3',
      IDENTITY_HEADER: 'x',
    },
    'half of the pair': { IDENTITY_HEADER: 'x' },
    'Azure Arc': { IMDS_ENDPOINT: 'http://localhost:40342' },
    'older ones': { MSI_ENDPOINT: 'http://localhost:1' },
    'a choice of the managed identity alone': {
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential',
    },
  };
  for (const [machine, environment] of Object.entries(machines)) {
    it(`has it replaced by ours: ${machine}`, () => {
      const { followed, agent } = follow(environment);
      assert.deepEqual(followed, managedIdentityVariables(endpoints));
      assert.deepEqual(agent.warned, []);
      assert.match(agent.said.join(), new RegExp(Object.keys(environment).join(', ')));
    });
  }

  it('keeps it, and is told so, where there is no broker', () => {
    const { followed, agent } = follow({ MSI_ENDPOINT: 'x' }, { endpoints: undefined });
    assert.deepEqual(followed, []);
    assert.match(agent.said.join(), /MSI_ENDPOINT.+refresh: false/);
  });

  it('or without one: some tasks export the pair in any case, and only once', () => {
    const always = { managedIdentity: 'always' } as const;
    const pair = managedIdentityVariables(endpoints);
    assert.deepEqual(follow({}, always).followed, pair);
    assert.deepEqual(follow({}, always, pair).followed, []);
    assert.deepEqual(follow(another, always).followed, pair);
  });
});
