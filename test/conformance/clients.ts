import type { Allowance } from '../harness/leaks/leak-detector.ts';
import type { Client } from './client.ts';
import { whyNoContainers } from './containers/engine.ts';
import { containerRows } from './containers/rows.ts';
import type { Lives, Mechanism } from './evidence.ts';
import { otherCloudClients } from './other-cloud-clients.ts';
import { pins, projectVersion, terraformVersion } from './packages.ts';
import { cached, goProgram } from './paths.ts';

/** Such that a client outlives its first ID token and its first access token in half a minute. */
export const shortLives: Lives = { idTokenSeconds: 8, accessTokenSeconds: 16 };
/** The Python that has azure-identity. */
export const python = cached('azure-identity', 'bin', 'python');
/** The Java program, but for its credential. */
export const java = `java -cp "${cached('java')}:${cached('java', '*')}" Sdk`;
/** With the file, the managed identity of this SDK would exchange its content, and not ask the endpoint. */
const withoutFile = 'env --unset=AZURE_FEDERATED_TOKEN_FILE ';
/** Terraform is started three times while it lives. */
const onlyIdToken: Lives = { idTokenSeconds: 15, accessTokenSeconds: 15 };

/** The author of the pipeline maps a token into the environment of the step, as this mode demands. */
export const mapped: readonly Allowance[] = [
  { where: 'environment', place: /^(SYSTEM_ACCESSTOKEN|ARM_OIDC_TOKEN) of / },
];

type Kind = 'default' | 'workload' | 'managed';
const credentialNames: Readonly<Record<Kind, string>> = {
  default: 'DefaultAzureCredential',
  workload: 'WorkloadIdentityCredential',
  managed: 'ManagedIdentityCredential',
};

const sdk = (name: string, version: string, program: string, pipeline = 'sdk'): readonly Client[] =>
  (['default', 'workload', 'managed'] as const).map((kind) => ({
    name,
    how: credentialNames[kind],
    version,
    pipeline,
    variables: { program: `${kind === 'managed' ? withoutFile : ''}${program} ${kind}` },
    mechanism: kind === 'managed' ? 'managed identity of the broker' : 'token file',
    proof: 'arm',
  }));

const native = { mode: 'native', jobToken: '$(System.AccessToken)' };

const terraform = (
  name: string,
  version: string,
  program: string,
  how: string,
  mechanism: Mechanism,
  mode: Readonly<Record<string, string>>,
): Client => ({
  name,
  how,
  version,
  pipeline: 'terraform',
  variables: { program, ...mode },
  mechanism,
  proof: 'blob',
  allow: mapped,
});

const broker = { mode: 'broker' };
const backend = 'Terraform, azurerm backend';
const tofu = goProgram('tofu');
const tofuName = 'OpenTofu, azurerm backend';
const authorizerName = 'go-azure-sdk authorizer (azurerm, azuread)';

const terraformFamily: readonly Client[] = [
  terraform(
    backend,
    terraformVersion(),
    'terraform',
    'mode broker',
    'request URL of the broker',
    broker,
  ),
  terraform(
    backend,
    terraformVersion(),
    'terraform',
    'mode native',
    'Azure DevOps, asked by the client',
    native,
  ),
  {
    ...terraform(backend, terraformVersion(), 'terraform', 'mode static', 'one ID token', {}),
    pipeline: 'terraform-static',
    variables: { program: 'terraform', pause: String(onlyIdToken.idTokenSeconds + 1) },
    lives: onlyIdToken,
    expires: true,
  },
  terraform(tofuName, pins.openTofu, tofu, 'mode broker', 'token file', broker),
  terraform(
    tofuName,
    pins.openTofu,
    tofu,
    'mode native',
    'Azure DevOps, asked by the client',
    native,
  ),
  ...(
    [
      ['broker', broker, 'request URL of the broker'],
      ['native', native, 'Azure DevOps, asked by the client'],
    ] as const
  ).map(([mode, variables, mechanism]): Client => ({
    name: authorizerName,
    how: `mode ${mode}`,
    version: pins.goAzureSdk,
    pipeline: 'authorizer',
    variables: { program: `${goProgram('sdk')} authorizer`, ...variables },
    mechanism,
    proof: 'arm',
    allow: mapped,
  })),
  {
    name: `${authorizerName}, beside Terraform`,
    how: 'tfVarPrefix: a second identity',
    version: pins.goAzureSdk,
    pipeline: 'two-identities',
    variables: { program: `${goProgram('sdk')} alias` },
    mechanism: 'request URL of the broker',
    proof: 'arm',
    audiences: {
      production: 'https://storage.azure.com/.default',
      hub: 'https://management.azure.com/.default',
    },
  },
];

const azureCli = (
  version: string,
  how: string,
  pipeline: string,
  mechanism: Mechanism,
): Client => ({
  name: 'Azure CLI',
  how,
  version,
  pipeline,
  variables: {},
  path: cached(`azure-cli-${version}`, 'bin'),
  mechanism,
  proof: 'arm',
});

/** kubelogin, but for its way to log in. */
export const kubeloginCommand = `${goProgram('kubelogin')} get-token --server-id 6dae42f8-4368-4678-94ff-3960e28e3630 --login`;

const kubelogin = (how: string, mechanism: Mechanism): Client => ({
  name: 'kubelogin',
  how,
  version: pins.kubelogin,
  pipeline: 'kubelogin',
  variables: { program: `${kubeloginCommand} ${how}` },
  mechanism,
  proof: 'entra-token',
});

export const clients: readonly Client[] = [
  ...terraformFamily,
  azureCli(pins.azureCli.newest, 'managed identity', 'azure-cli', 'managed identity of the broker'),
  azureCli(
    pins.azureCli.old,
    'service principal',
    'azure-cli-old',
    'assertion in the profile, replaced by the broker',
  ),
  {
    ...azureCli(
      pins.azureCli.newest,
      'service principal, in Azure DevOps',
      'azure-devops',
      'assertion in the profile, replaced by the broker',
    ),
    connectionType: 'WorkloadIdentityUser',
    proof: 'pipelines',
    audiences: { production: '499b84ac-1321-427f-aa17-267ca6975798/.default' },
  },
  ...sdk('azidentity (Go)', pins.azidentity, goProgram('sdk')),
  ...sdk('@azure/identity (JavaScript)', projectVersion('@azure/identity'), 'node sdk.mjs'),
  ...sdk('azure-identity (Python)', pins.azureIdentityPython, `${python} sdk.py`),
  ...sdk('azure-identity (Java)', pins.azureIdentityJava, java, 'sdk-java'),
  kubelogin('workloadidentity', 'token file'),
  kubelogin('msi', 'managed identity of the broker'),
  ...otherCloudClients,
  ...(whyNoContainers() === undefined ? containerRows : []),
];
