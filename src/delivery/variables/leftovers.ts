import type { PresentVariable } from '../../agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../agent/variable-change.ts';
import { refusal } from '../../errors.ts';
import type { Environment } from '../../ports.ts';
import type { Cloud } from '../../service-connection/cloud.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import { hasTerraformSignIn } from './earlier-sign-ins.ts';

/** A choice of the author's, unless an earlier step has exported that of another identity. */
const subscriptionName = 'ARM_SUBSCRIPTION_ID';

/** Variables for which Terraform and its providers never ask the request URL. */
const winOverRequestUrl: readonly string[] = [
  'ARM_CLIENT_SECRET',
  'ARM_CLIENT_SECRET_FILE_PATH',
  'ARM_CLIENT_CERTIFICATE',
  'ARM_CLIENT_CERTIFICATE_PATH',
  'ARM_OIDC_TOKEN',
  'ARM_OIDC_TOKEN_FILE_PATH',
  'ARM_USE_MSI',
  'ARM_USE_AKS_WORKLOAD_IDENTITY',
];

/**
 * Variables by which Terraform and its providers choose another way to sign in than ours, or
 * another identity; empty ones count as absent there.
 */
const terraformSelectors: readonly string[] = [
  ...winOverRequestUrl,
  'ARM_CLIENT_ID_FILE_PATH',
  'ARM_CLIENT_CERTIFICATE_PASSWORD',
  'ARM_OIDC_REQUEST_URL',
  'ARM_OIDC_REQUEST_TOKEN',
  'ARM_MSI_ENDPOINT',
  'ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID',
  'ARM_OIDC_AZURE_SERVICE_CONNECTION_ID',
  subscriptionName,
  'ARM_ENVIRONMENT',
  'FABRIC_OIDC_REQUEST_URL',
  'FABRIC_OIDC_REQUEST_TOKEN',
  // OpenTofu and azapi take the ID of a connection by this name too.
  'AZURESUBSCRIPTION_SERVICE_CONNECTION_ID',
  // They come before SYSTEM_OIDCREQUESTURI: in mode native the job's access token would go there.
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
];

/**
 * The provider azuredevops takes these before any other way to sign in, the second by a name of its own:
 * https://github.com/microsoft/terraform-provider-azuredevops, `azuredevops/provider.go`.
 */
const azureDevOpsSelectors: readonly string[] = [
  'AZDO_PERSONAL_ACCESS_TOKEN',
  'ARM_CLIENT_SECRET_PATH',
];

/**
 * Variables by which Terraform's backend, azurerm, azuread and azapi choose the host that tokens are
 * sent to. An Azure Stack needs some of them; any other cloud's hosts are known.
 */
const terraformDestinations: readonly string[] = [
  'ARM_METADATA_HOSTNAME',
  'ARM_METADATA_HOST',
  'ARM_METADATA_URL',
  'ARM_ENDPOINT',
  'ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST',
  'ARM_RESOURCE_MANAGER_ENDPOINT',
  'ARM_RESOURCE_MANAGER_AUDIENCE',
];

/**
 * Variables that win over ours in the SDKs, and break some of them when they are set empty. Those of
 * the machine's own managed identity are no such ones: see `machine-identity.ts`.
 */
const sdkSelectors: readonly string[] = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_USERNAME',
  'AZURE_PASSWORD',
  'AZURE_FEDERATED_TOKEN',
  'AZURE_OIDC_TOKEN',
];

/**
 * Sets empty what would silently win over, or mix with, the Terraform variables about to be
 * exported; what those set themselves needs no clearing.
 */
export function clearedTerraformLeftovers(
  present: readonly PresentVariable[],
  exported: readonly VariableChange[],
  { kind, cloud, clientId }: ServiceConnection,
  environment: Environment,
): readonly VariableChange[] {
  const hasEarlier = hasTerraformSignIn(environment, present);
  const isOfAnother = hasEarlier && environment['ARM_CLIENT_ID'] !== clientId;
  const ours = new Set(exported.map(({ name }) => name));
  const selectors = kind === 'azureDevOps' ? azureDevOpsSelectors : [];
  return found([...terraformSelectors, ...selectors, ...destinationsOutside(cloud)], present)
    .filter((name) => !ours.has(name) && (name !== subscriptionName || isOfAnother))
    .map((name) => plain(name, ''));
}

/** Variables of the job, secret ones too, by which Terraform asks no request URL. */
export function variablesOverRequestUrl(present: readonly PresentVariable[]): readonly string[] {
  const visible = present.map((variable) => ({ ...variable, source: 'job' as const }));
  return found(winOverRequestUrl, visible);
}

/**
 * For a second identity, beside which no variable of the job is changed.
 * @throws {FederationError} that names the variables by which its tokens would go elsewhere.
 */
export function refuseTerraformDestinations(
  present: readonly PresentVariable[],
  cloud: Cloud,
): void {
  const names = found(destinationsOutside(cloud), present);
  if (names.length === 0) return;
  throw refusal(
    'LEFTOVER_VARIABLES',
    `This job has ${names.join(', ')}, by which Terraform would send tokens of the service connection to another host than its cloud's.`,
    'Remove them from the variables, variable groups and steps of this job; a TerraformOidcEnv step without tfVarPrefix sets them empty.',
  );
}

/** @throws {FederationError} that names the variables by which an SDK would sign in as another. */
export function refuseSdkLeftovers(present: readonly PresentVariable[]): void {
  const names = found(sdkSelectors, present);
  if (names.length === 0) return;
  throw refusal(
    'LEFTOVER_VARIABLES',
    `This job has ${names.join(', ')}, by which Azure's SDKs would sign in as someone else than the service connection.`,
    'Remove them from the variables, variable groups and steps of this job, and from the environment of the agent; they cannot be cleared here, because SDKs fail on empty ones.',
  );
}

function destinationsOutside(cloud: Cloud): readonly string[] {
  return cloud.name === 'AzureStack' ? [] : terraformDestinations;
}

/** A secret variable is no leftover: only a script that maps it sees it, and then it is wanted. */
function found(selectors: readonly string[], present: readonly PresentVariable[]): string[] {
  const names = new Set(
    present
      .filter(({ isEmpty, source }) => !isEmpty && source !== 'secret')
      .map(({ name }) => name.toUpperCase()),
  );
  return selectors.filter((name) => names.has(name));
}
