import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../../../src/agent/variable-change.ts';
import {
  clearedTerraformLeftovers,
  refuseSdkLeftovers,
  refuseTerraformDestinations,
} from '../../../../src/delivery/variables/leftovers.ts';
import { brokerVariables } from '../../../../src/delivery/variables/terraform-variables.ts';
import type { Environment } from '../../../../src/ports.ts';
import { cloudNamed } from '../../../../src/service-connection/cloud.ts';
import type { ServiceConnection } from '../../../../src/service-connection/service-connection.ts';
import { aServiceConnection, ids, someEndpoints } from '../../../support/builders.ts';
import { failureOf } from '../../../support/failures.ts';

const present = (...names: string[]): readonly PresentVariable[] =>
  names.map((name) => ({ name, isEmpty: false, source: 'job' }));

/** In a job that this is the first step of ours in, unless its environment says otherwise. */
const cleared = (
  present: readonly PresentVariable[],
  exported: readonly VariableChange[],
  connection: ServiceConnection,
  environment: Environment = {},
): readonly VariableChange[] =>
  clearedTerraformLeftovers(present, exported, connection, environment);

const azure = aServiceConnection();
const azureStack = aServiceConnection({ cloud: cloudNamed('AzureStack', 'x') });

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
  'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
];
/** Those that say to which host tokens go. */
const destinations = [
  'ARM_METADATA_HOSTNAME',
  'ARM_METADATA_HOST',
  'ARM_METADATA_URL',
  'ARM_ENDPOINT',
  'ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST',
  'ARM_RESOURCE_MANAGER_ENDPOINT',
  'ARM_RESOURCE_MANAGER_AUDIENCE',
];
const sdk = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_USERNAME',
  'AZURE_FEDERATED_TOKEN',
  'AZURE_OIDC_TOKEN',
];
/** What cannot win beside a complete pair of ours. */
const ofMachine = ['MSI_ENDPOINT', 'MSI_SECRET', 'IMDS_ENDPOINT', 'IDENTITY_SERVER_THUMBPRINT'];

describe("Terraform's leftovers", () => {
  for (const name of [...terraform, ...destinations]) {
    it(`are set empty: ${name}`, () => {
      assert.deepEqual(cleared(present(name.toLowerCase()), [], azure), [plain(name, '')]);
    });
  }

  it('keep what leads to an Azure Stack, for a connection that is for one', () => {
    const empty = cleared(present(...destinations), [], azureStack);
    assert.deepEqual(empty, []);
    assert.doesNotThrow(() =>
      refuseTerraformDestinations(present(...destinations), azureStack.cloud),
    );
  });

  for (const name of destinations) {
    it(`are refused where nothing can be cleared beside a second identity: ${name}`, () => {
      const { message } = failureOf(
        () => refuseTerraformDestinations(present('PATH', name.toLowerCase()), azure.cloud),
        'LEFTOVER_VARIABLES',
      );
      assert.ok(message.includes(name));
    });
  }

  it('are left alone where they are empty already, or not there', () => {
    const empty = terraform.map((name) => ({ name, isEmpty: true, source: 'job' as const }));
    assert.deepEqual(cleared(empty, [], azure), []);
    assert.deepEqual(cleared([], [], azure), []);
  });

  it('are told once, however often they are there', () => {
    const twice = present('ARM_USE_MSI', 'arm_use_msi');
    assert.equal(cleared(twice, [], azure).length, 1);
  });

  it('never undo what is about to be exported', () => {
    const exported = brokerVariables(aServiceConnection(), someEndpoints());
    const again = present(...exported.map(({ name }) => name));
    assert.deepEqual(cleared(again, exported, azure), []);
  });

  it('of another mode go: the request URL of the broker, the cloud', () => {
    const before = ['ARM_OIDC_REQUEST_URL', 'ARM_ENVIRONMENT'];
    const exported = [plain('ARM_USE_OIDC', 'true')];
    const empty = cleared(present(...before), exported, azure);
    assert.deepEqual(empty.map(({ name }) => name).sort(), [...before].sort());
  });

  for (const [whose, stays, environment] of [
    ['that the author chose', true, {}],
    ['beside an earlier step of the same identity', true, { ARM_CLIENT_ID: ids.client }],
    ['of another identity', false, { ARM_CLIENT_ID: 'another' }],
  ] as const) {
    it(`${stays ? 'are not' : 'are'} a subscription ${whose}, for a connection that has none`, () => {
      const url = someEndpoints().idTokenUrl;
      const before = 'ARM_CLIENT_ID' in environment ? { ARM_OIDC_REQUEST_URL: url } : {};
      const subscription = present('ARM_SUBSCRIPTION_ID');
      const empty = cleared(subscription, [], azure, { ...before, ...environment });
      assert.deepEqual(empty, stays ? [] : [plain('ARM_SUBSCRIPTION_ID', '')]);
    });
  }

  it('are a subscription beside an earlier step of another identity in mode static, whose token is a secret', () => {
    const token = { name: 'ARM_OIDC_TOKEN', isEmpty: false, source: 'secret' } as const;
    const before = [...present('ARM_SUBSCRIPTION_ID'), token];
    const environment = { ARM_USE_OIDC: 'true', ARM_CLIENT_ID: 'another' };
    const empty = cleared(before, [], azure, environment);
    assert.deepEqual(empty, [plain('ARM_SUBSCRIPTION_ID', '')]);
    assert.deepEqual(cleared(before, [], azure, {}), [], 'a token alone is no sign-in');
  });

  it('are no secret variables: only a step that maps one sees it, and wants it', () => {
    const secret = terraform.map((name) => ({ name, isEmpty: false, source: 'secret' as const }));
    assert.deepEqual(cleared(secret, [], azure), []);
  });

  it("do not include what is nobody's business here", () => {
    const others = present('ARM_ACCESS_KEY', 'ARM_SKIP_PROVIDER_REGISTRATION', 'TF_VAR_x', 'PATH');
    assert.deepEqual(cleared(others, [], azure), []);
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
    refuseSdkLeftovers(sdk.map((name) => ({ name, isEmpty: true, source: 'job' as const })));
  });

  it('are refused in the environment of the agent too, but not where they are secret', () => {
    const from = (source: PresentVariable['source']) => (): void =>
      refuseSdkLeftovers([{ name: 'AZURE_CLIENT_SECRET', isEmpty: false, source }]);
    failureOf(from('environment'), 'LEFTOVER_VARIABLES');
    assert.doesNotThrow(from('secret'));
  });

  it("do not include the machine's own managed identity", () => {
    refuseSdkLeftovers(present(...ofMachine, 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER'));
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
