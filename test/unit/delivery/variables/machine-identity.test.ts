import assert from 'node:assert/strict';
import {
  machineIdentityNames,
  warnOfSelectors,
} from '../../../../src/delivery/variables/machine-identity.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

function warningsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  const agent = new FakeAgent();
  warnOfSelectors(environment, agent);
  return agent.warned;
}

describe("the machine's own managed identity", () => {
  it('is known by any of its variables, unless it is empty', () => {
    const environment = { IMDS_ENDPOINT: 'x', MSI_SECRET: '', IDENTITY_HEADER: 'y', PATH: '/bin' };
    assert.deepEqual(machineIdentityNames(environment), ['IDENTITY_HEADER', 'IMDS_ENDPOINT']);
  });

  it('is what a choice of the managed identity would come to', () => {
    const environment = { AZURE_TOKEN_CREDENTIALS: ' managedidentitycredential' };
    assert.deepEqual(machineIdentityNames(environment), ['AZURE_TOKEN_CREDENTIALS']);
  });
});

describe('a choice of credentials for the SDKs', () => {
  for (const choice of ['', 'prod', 'WorkloadIdentityCredential', 'ManagedIdentityCredential']) {
    it(`leads to the connection: "${choice}"`, () => {
      assert.deepEqual(warningsOf({ AZURE_TOKEN_CREDENTIALS: choice }), []);
    });
  }

  for (const choice of ['dev', 'EnvironmentCredential', 'AzureCliCredential', 'prod2']) {
    it(`leads away, and is warned of: "${choice}"`, () => {
      const [warning = '', ...others] = warningsOf({ AZURE_TOKEN_CREDENTIALS: choice });
      assert.match(warning, /^AZURE_TOKEN_CREDENTIALS .+WorkloadIdentityCredential/);
      assert.deepEqual(others, []);
    });
  }
});

describe('an agent in a Service Fabric cluster', () => {
  it('is warned of its thumbprint, which the SDKs prefer, and told what frees them', () => {
    assert.match(
      warningsOf({ IDENTITY_SERVER_THUMBPRINT: 'ab' }).join(),
      /unset IDENTITY_SERVER_THUMBPRINT/,
    );
    assert.match(warningsOf({ IDENTITY_SERVER_THUMBPRINT: '' }).join(), /\.NET/);
    assert.deepEqual(warningsOf({ PATH: '/bin' }), []);
  });
});
