import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import {
  openPackage,
  readJson,
  stagedManifest,
  taskContributions,
  taskManifest,
  taskNames,
  textOf,
  type TaskName,
} from './packed-extension.ts';
import { taskSchema } from './task-schema.ts';

const outputNames = [
  'clientId',
  'idTokenExpiresOn',
  'issuer',
  'oidcRequestToken',
  'oidcRequestUrl',
  'subject',
  'subscriptionId',
  'tenantId',
  'tokenFile',
];

/** The inputs that a pipeline may name, with their defaults: a promise to every pipeline. */
const inputsOf: Readonly<Record<TaskName, Readonly<Record<string, string | undefined>>>> = {
  FederatedLogin: {
    connectionType: 'azureRM',
    azureSubscription: undefined,
    azureDevOpsServiceConnection: undefined,
    tools: 'auto',
    refresh: 'true',
    azureCliSession: 'servicePrincipal',
    keepOtherTasks: 'true',
    subscriptionId: '',
    accessTokens: '',
    verify: 'true',
    allowedTenantIds: '',
    allowedSubscriptionIds: '',
    propagationTimeout: '60',
  },
  TerraformOidcEnv: {
    connectionType: 'azureRM',
    azureSubscription: undefined,
    azureDevOpsServiceConnection: undefined,
    mode: 'broker',
    subscriptionId: '',
    tfVarPrefix: '',
    propagationTimeout: '60',
  },
  TokenRefresher: {
    connectionType: 'azureRM',
    azureSubscription: undefined,
    azureDevOpsServiceConnection: undefined,
    managedIdentity: 'false',
    keepOtherTasks: 'true',
    subscriptionId: '',
    accessTokens: '',
    propagationTimeout: '60',
  },
};

const proxyExceptions = ['NO_PROXY', 'NO.PROXY', 'no_proxy'];
const workloadIdentity = [
  'AZURE_CLIENT_ID',
  'AZURE_TENANT_ID',
  'AZURE_AUTHORITY_HOST',
  'AZURE_FEDERATED_TOKEN_FILE',
  ...proxyExceptions,
];
/** Set by each task that changes the identity of the job, at least where an earlier one set them. */
const following = [
  ...workloadIdentity,
  'AZURE_SUBSCRIPTION_ID',
  'AZURE_OIDC_REQUEST_URL',
  'AZURE_OIDC_REQUEST_TOKEN',
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
];
const accessTokens = ['*_TOKEN', '*_TOKEN_EXPIRES_ON', '*_TOKEN_FILE'];
const git = ['GIT_CONFIG_COUNT', 'GIT_CONFIG_KEY_*', 'GIT_CONFIG_VALUE_*'];

/** The variables that each task may set, beside its outputs; the agent refuses every other. */
const settableBy: Readonly<Record<TaskName, readonly string[]>> = {
  FederatedLogin: [...following, ...accessTokens, 'AZURE_CONFIG_DIR', 'PSModulePath', ...git],
  TerraformOidcEnv: [
    ...following,
    'ARM_USE_OIDC',
    'ARM_CLIENT_ID',
    'ARM_TENANT_ID',
    'ARM_SUBSCRIPTION_ID',
    'ARM_ENVIRONMENT',
    'ARM_OIDC_REQUEST_URL',
    'ARM_OIDC_REQUEST_TOKEN',
    'FABRIC_OIDC_REQUEST_URL',
    'FABRIC_OIDC_REQUEST_TOKEN',
    'ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID',
    'ARM_OIDC_AZURE_SERVICE_CONNECTION_ID',
    'ARM_OIDC_TOKEN',
    'ARM_OIDC_TOKEN_FILE_PATH',
    'ARM_CLIENT_SECRET',
    'ARM_CLIENT_SECRET_FILE_PATH',
    'ARM_CLIENT_ID_FILE_PATH',
    'ARM_CLIENT_CERTIFICATE',
    'ARM_CLIENT_CERTIFICATE_PATH',
    'ARM_CLIENT_CERTIFICATE_PASSWORD',
    'ARM_USE_MSI',
    'ARM_MSI_ENDPOINT',
    'ARM_USE_AKS_WORKLOAD_IDENTITY',
    'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID',
    'ACTIONS_ID_TOKEN_REQUEST_URL',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'ARM_METADATA_HOSTNAME',
    'ARM_METADATA_HOST',
    'ARM_METADATA_URL',
    'ARM_ENDPOINT',
    'ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST',
    'ARM_RESOURCE_MANAGER_ENDPOINT',
    'ARM_RESOURCE_MANAGER_AUDIENCE',
    'AZDO_ORG_SERVICE_URL',
    'AZDO_PERSONAL_ACCESS_TOKEN',
    'ARM_CLIENT_SECRET_PATH',
    'TF_VAR_*',
  ],
  TokenRefresher: [...following, '*_TOKEN_FILE'],
};

describe('The manifests of the packed extension', () => {
  const extension = openPackage();
  const { version } = readJson('package.json') as { version: string };
  const manifests = taskNames.map((task) => ({ task, manifest: taskManifest(extension, task) }));
  const isTask = new Ajv({ allErrors: true }).compile(taskSchema);

  it('agree on one version, the one of package.json', () => {
    assert.equal(stagedManifest().version, version);
    assert.match(
      textOf(extension, 'extension.vsixmanifest'),
      new RegExp(`<Identity[^>]* Version="${version.replaceAll('.', '\\.')}"`),
    );
    for (const { task, manifest } of manifests) {
      const { Major, Minor, Patch } = manifest.version;
      assert.equal(`${Major}.${Minor}.${Patch}`, version, task);
    }
  });

  it('contribute each task once, under the name of its folder', () => {
    const contributions = taskContributions(stagedManifest());
    assert.deepEqual(
      contributions.map(({ properties }) => properties.name),
      taskNames,
    );
    assert.equal(new Set(contributions.map(({ id }) => id)).size, taskNames.length);
    for (const { task, manifest } of manifests) assert.equal(manifest.name, task);
  });

  it('contribute one tab, on the runs of these tasks, with the scope to read builds and no other', () => {
    const { scopes, contributions } = stagedManifest();
    assert.deepEqual(scopes, ['vso.build']);
    const tabs = contributions.filter(({ type }) => type !== 'ms.vss-distributed-task.task');
    assert.deepEqual(tabs, [
      {
        id: 'run-tab',
        type: 'ms.vss-build-web.build-results-tab',
        targets: ['ms.vss-build-web.build-results-view'],
        properties: {
          name: 'Workload identity',
          uri: 'tab/index.html',
          supportsTasks: manifests.map(({ manifest }) => manifest.id),
          dynamic: true,
        },
      },
    ]);
  });

  it('have a short enough description for the marketplace', () => {
    assert.ok(stagedManifest().description.length <= 200);
  });

  it('keep the identifiers by which agents and pipelines know the tasks', () => {
    assert.deepEqual(
      manifests.map(({ manifest }) => manifest.id),
      [
        '8f91676f-8fe9-438e-a850-4ac5e51aeabc',
        '0a2a9a03-c866-4d53-8fbf-5fa023b646d1',
        'f0601017-8171-4090-93fd-6f6905567a63',
      ],
    );
  });

  it('tell in the same words which service connection is wanted, and how to get one', () => {
    for (const input of ['azureSubscription', 'azureDevOpsServiceConnection']) {
      const [help = '', ...others] = manifests.map(
        ({ manifest }) => manifest.inputs.find(({ name }) => name === input)?.helpMarkDown,
      );
      for (const other of others) assert.equal(other, help);
      assert.match(help, /Project settings, Service connections, New service connection/);
      assert.match(help, /\(https:\/\/learn\.microsoft\.com\/azure\/devops\/[\w/-]+\)/);
    }
  });

  for (const { task, manifest } of manifests) {
    describe(`for ${task}`, () => {
      it('are valid for Azure Pipelines', () => {
        assert.ok(isTask(manifest), JSON.stringify(isTask.errors, undefined, 2));
      });

      it('have the inputs and defaults that pipelines rely on', () => {
        const inputs = manifest.inputs.map(({ name, defaultValue }) => [name, defaultValue]);
        assert.deepEqual(Object.fromEntries(inputs), inputsOf[task]);
        const [, azure, azureDevOps] = manifest.inputs;
        assert.equal(azure?.type, 'connectedService:AzureRM');
        assert.deepEqual(azure.aliases, ['serviceConnection', 'connectedServiceNameARM']);
        assert.equal(azureDevOps?.type, 'connectedService:WorkloadIdentityUser');
      });

      it('demand the connection that their type shows, and hide what belongs to the other', () => {
        const rules = manifest.inputs.flatMap(({ name, required, visibleRule = '' }) =>
          visibleRule.startsWith('connectionType') ? [[name, required, visibleRule]] : [],
        );
        assert.deepEqual(rules, [
          ['azureSubscription', true, 'connectionType = azureRM'],
          ['azureDevOpsServiceConnection', true, 'connectionType = azureDevOps'],
          ['subscriptionId', false, 'connectionType = azureRM'],
        ]);
      });

      it('explain every input to whoever fills it in', () => {
        for (const { name, helpMarkDown = '' } of manifest.inputs)
          assert.ok(helpMarkDown.length >= 100, `${name} has no help worth the name`);
      });

      it('refer to groups, inputs and options that exist', () => {
        const groups = (manifest.groups ?? []).map(({ name }) => name);
        for (const { name, groupName, visibleRule, options, defaultValue } of manifest.inputs) {
          if (groupName !== undefined) assert.ok(groups.includes(groupName), name);
          if (options && defaultValue !== undefined) assert.ok(defaultValue in options, name);
          if (visibleRule !== undefined) {
            const [other = '', value = ''] = visibleRule.split(' = ');
            const options = manifest.inputs.find((input) => input.name === other)?.options ?? {};
            assert.ok(value in options, `${name}: ${visibleRule}`);
          }
        }
      });

      it('name handlers for both nodes, in both sections, that are in the package', () => {
        const targets = { execution: 'index.mjs', postjobexecution: 'stop.mjs' } as const;
        for (const section of ['execution', 'postjobexecution'] as const) {
          const target = targets[section];
          assert.deepEqual(manifest[section], { Node24: { target }, Node20_1: { target } });
          assert.ok(extension.files.has(`${task}/${target}`));
        }
      });

      it('ask for an agent that keeps the case of variables', () => {
        assert.equal(manifest.minimumAgentVersion, '3.234.0');
      });

      it('list as outputs only what is read as an output, so that the rest stays plain', () => {
        assert.deepEqual(manifest.outputVariables.map(({ name }) => name).sort(), outputNames);
      });

      it('allow the variables that the task sets, and no other', () => {
        assert.deepEqual(
          [...manifest.restrictions.settableVariables.allowed].sort(),
          [...settableBy[task], ...outputNames].sort(),
        );
        assert.deepEqual(Object.keys(manifest.restrictions), ['settableVariables']);
      });
    });
  }
});
