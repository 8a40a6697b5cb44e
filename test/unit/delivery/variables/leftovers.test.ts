import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
import { plain } from '../../../../src/agent/variable-change.ts';
import {
  clearedTerraformLeftovers,
  refuseSdkLeftovers,
} from '../../../../src/delivery/variables/leftovers.ts';
import { brokerVariables } from '../../../../src/delivery/variables/terraform-variables.ts';
import { aServiceConnection, someEndpoints } from '../../../support/builders.ts';
import { failureOf } from '../../../support/failures.ts';

const present = (...names: string[]): readonly PresentVariable[] =>
  names.map((name) => ({ name, isEmpty: false }));

/** Those that the design and the facts of the clients (section 4.1) name. */
const terraform = [
  'ARM_CLIENT_SECRET',
  'ARM_CLIENT_SECRET_FILE_PATH',
  'ARM_CLIENT_CERTIFICATE',
  'ARM_CLIENT_CERTIFICATE_PATH',
  'ARM_CLIENT_CERTIFICATE_PASSWORD',
  'ARM_OIDC_TOKEN',
  'ARM_OIDC_TOKEN_FILE_PATH',
  'ARM_USE_MSI',
  'ARM_USE_AKS_WORKLOAD_IDENTITY',
  'ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID',
  'ARM_OIDC_AZURE_SERVICE_CONNECTION_ID',
];
const sdk = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_USERNAME',
  'AZURE_FEDERATED_TOKEN',
  'AZURE_OIDC_TOKEN',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'IMDS_ENDPOINT',
  'IDENTITY_SERVER_THUMBPRINT',
];

describe("Terraform's leftovers", () => {
  for (const name of terraform) {
    it(`are set empty: ${name}`, () => {
      assert.deepEqual(clearedTerraformLeftovers(present(name.toLowerCase()), []), [
        plain(name, ''),
      ]);
    });
  }

  it('are left alone where they are empty already, or not there', () => {
    const empty = terraform.map((name) => ({ name, isEmpty: true }));
    assert.deepEqual(clearedTerraformLeftovers(empty, []), []);
    assert.deepEqual(clearedTerraformLeftovers([], []), []);
  });

  it('are told once, however often they are there', () => {
    const twice = present('ARM_USE_MSI', 'arm_use_msi');
    assert.equal(clearedTerraformLeftovers(twice, []).length, 1);
  });

  it('never undo what is about to be exported', () => {
    const exported = brokerVariables(aServiceConnection(), someEndpoints());
    const again = present(...exported.map(({ name }) => name));
    assert.deepEqual(clearedTerraformLeftovers(again, exported), []);
  });

  it('of another mode go: the request URL of the broker, the cloud, the subscription', () => {
    const before = ['ARM_OIDC_REQUEST_URL', 'ARM_ENVIRONMENT', 'ARM_SUBSCRIPTION_ID'];
    const cleared = clearedTerraformLeftovers(present(...before), [plain('ARM_USE_OIDC', 'true')]);
    assert.deepEqual(cleared.map(({ name }) => name).sort(), [...before].sort());
  });

  it("do not include what is nobody's business here", () => {
    const others = present('ARM_ACCESS_KEY', 'ARM_SKIP_PROVIDER_REGISTRATION', 'TF_VAR_x', 'PATH');
    assert.deepEqual(clearedTerraformLeftovers(others, []), []);
  });
});

describe("the SDKs' leftovers", () => {
  for (const name of sdk) {
    it(`are refused by name: ${name}`, () => {
      const { message } = failureOf(
        () => refuseSdkLeftovers(present('PATH', name.toLowerCase())),
        'LEFTOVER_VARIABLES',
      );
      assert.ok(message.includes(name));
    });
  }

  it('are all named at once', () => {
    const { message } = failureOf(() => refuseSdkLeftovers(present(...sdk)));
    for (const name of sdk) assert.ok(message.includes(name));
  });

  it('do not matter where they are empty', () => {
    refuseSdkLeftovers(sdk.map((name) => ({ name, isEmpty: true })));
  });

  it('do not include what these tasks export themselves', () => {
    refuseSdkLeftovers(
      present(
        'AZURE_CLIENT_ID',
        'AZURE_FEDERATED_TOKEN_FILE',
        'IDENTITY_ENDPOINT',
        'IDENTITY_HEADER',
      ),
    );
  });
});
