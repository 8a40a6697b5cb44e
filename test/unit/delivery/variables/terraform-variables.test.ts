import fc from 'fast-check';
import assert from 'node:assert/strict';
import { plain, type VariableChange } from '../../../../src/agent/variable-change.ts';
import {
  brokerVariables,
  nativeVariables,
  prefixedVariables,
  requireTerraformPrefix,
  staticVariables,
} from '../../../../src/delivery/variables/terraform-variables.ts';
import { FederationError } from '../../../../src/errors.ts';
import { Secret } from '../../../../src/secret.ts';
import { cloudNamed } from '../../../../src/service-connection/cloud.ts';
import { aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../../support/failures.ts';

const connection = aServiceConnection();
const endpoints = someEndpoints();
const { idTokenUrl, idTokenCapability } = endpoints;
const idToken = new Secret('the-id-token');

const identity = [
  plain('ARM_USE_OIDC', 'true'),
  plain('ARM_CLIENT_ID', ids.client),
  plain('ARM_TENANT_ID', ids.tenant),
  plain('ARM_SUBSCRIPTION_ID', ids.subscription),
];

const namesOf = (changes: readonly VariableChange[]): readonly string[] =>
  changes.map(({ name }) => name);

describe("Terraform's variables", () => {
  it('name the request URL in broker mode, and what opens it as masked', () => {
    assert.deepEqual(brokerVariables(connection, endpoints), [
      ...identity,
      plain('ARM_OIDC_REQUEST_URL', idTokenUrl),
      { kind: 'masked', name: 'ARM_OIDC_REQUEST_TOKEN', value: idTokenCapability },
      plain('FABRIC_OIDC_REQUEST_URL', idTokenUrl),
      { kind: 'masked', name: 'FABRIC_OIDC_REQUEST_TOKEN', value: idTokenCapability },
    ]);
  });

  it('name the connection twice in native mode, and neither a URL nor a token', () => {
    assert.deepEqual(nativeVariables(connection), [
      ...identity,
      plain('ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID', ids.connection),
      plain('ARM_OIDC_AZURE_SERVICE_CONNECTION_ID', ids.connection),
    ]);
  });

  it('hold the ID token as a secret in static mode', () => {
    assert.deepEqual(staticVariables(connection, idToken), [
      ...identity,
      { kind: 'secret', name: 'ARM_OIDC_TOKEN', value: idToken },
    ]);
  });

  const modes: readonly (readonly [
    string,
    (of: typeof connection) => readonly VariableChange[],
  ])[] = [
    ['broker', (of) => brokerVariables(of, endpoints)],
    ['native', nativeVariables],
    ['static', (of) => staticVariables(of, idToken)],
  ];
  for (const [mode, variables] of modes) {
    it(`leave out a subscription that is not there: ${mode}`, () => {
      const names = namesOf(variables(aServiceConnection({ subscriptionId: undefined })));
      assert.ok(!names.includes('ARM_SUBSCRIPTION_ID') && names.includes('ARM_CLIENT_ID'));
    });

    for (const [cloud, environment] of [
      ['AzureUSGovernment', 'usgovernment'],
      ['AzureChinaCloud', 'china'],
    ] as const) {
      it(`name the cloud off the public one: ${mode}, ${cloud}`, () => {
        const of = aServiceConnection({ cloud: cloudNamed(cloud, 'production') });
        const expected = plain('ARM_ENVIRONMENT', environment);
        assert.deepEqual(
          variables(of).find(({ name }) => name === 'ARM_ENVIRONMENT'),
          expected,
        );
      });
    }

    it(`do not name the public cloud: ${mode}`, () => {
      assert.ok(!namesOf(variables(connection)).includes('ARM_ENVIRONMENT'));
    });
  }

  it('never hold, in broker mode, what would win over the request URL', () => {
    const names = namesOf(brokerVariables(connection, endpoints));
    const prefixed = namesOf(prefixedVariables('hub', connection, endpoints));
    for (const name of [...names, ...prefixed]) {
      assert.doesNotMatch(name, /OIDC_TOKEN|SERVICE_CONNECTION|MSI|SECRET/i);
    }
  });
});

describe('a second identity', () => {
  it('has variables of its own, in the case that Terraform needs', () => {
    const plainly = (name: string, value: string): VariableChange => ({
      kind: 'plain',
      name,
      value,
      exactCase: true,
    });
    assert.deepEqual(prefixedVariables('Hub', connection, endpoints), [
      plainly('TF_VAR_Hub_client_id', ids.client),
      plainly('TF_VAR_Hub_tenant_id', ids.tenant),
      plainly('TF_VAR_Hub_subscription_id', ids.subscription),
      plainly('TF_VAR_Hub_oidc_request_url', idTokenUrl),
      {
        kind: 'masked',
        name: 'TF_VAR_Hub_oidc_request_token',
        value: idTokenCapability,
        exactCase: true,
      },
    ]);
  });

  it('has no subscription where its connection has none', () => {
    const without = aServiceConnection({ subscriptionId: undefined });
    assert.equal(prefixedVariables('hub', without, endpoints).length, 4);
  });
});

describe('the prefix of a second identity', () => {
  for (const prefix of ['hub', 'H', 'hub_2', 'a'.repeat(41)]) {
    it(`may be ${prefix}`, () => {
      requireTerraformPrefix(prefix);
    });
  }

  for (const prefix of ['', '2hub', '_hub', 'hub-2', 'hüb', 'hub ', 'hub\n', 'a'.repeat(42)]) {
    it(`may not be ${JSON.stringify(prefix)}`, () => {
      failureOf(() => requireTerraformPrefix(prefix), 'INPUT_INVALID');
    });
  }

  it('makes a sound name or is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('a;issecret=x]', '##vso[x]')), (prefix) => {
        try {
          requireTerraformPrefix(prefix);
          assert.match(`TF_VAR_${prefix}_client_id`, /^TF_VAR_[A-Za-z]\w*_client_id$/);
        } catch (error) {
          assert.ok(error instanceof FederationError, String(error));
          assertSafeForLogs(error.message);
        }
      }),
    );
  });
});
