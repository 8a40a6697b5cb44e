import type { PresentVariable } from '../../agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../agent/variable-change.ts';
import { refusal } from '../../errors.ts';

/**
 * Variables by which Terraform and its providers choose another way to sign in than ours, or
 * another identity; empty ones count as absent there.
 */
const terraformSelectors: readonly string[] = [
  'ARM_CLIENT_SECRET',
  'ARM_CLIENT_SECRET_FILE_PATH',
  'ARM_CLIENT_ID_FILE_PATH',
  'ARM_CLIENT_CERTIFICATE',
  'ARM_CLIENT_CERTIFICATE_PATH',
  'ARM_CLIENT_CERTIFICATE_PASSWORD',
  'ARM_OIDC_TOKEN',
  'ARM_OIDC_TOKEN_FILE_PATH',
  'ARM_OIDC_REQUEST_URL',
  'ARM_OIDC_REQUEST_TOKEN',
  'ARM_USE_MSI',
  'ARM_MSI_ENDPOINT',
  'ARM_USE_AKS_WORKLOAD_IDENTITY',
  'ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID',
  'ARM_OIDC_AZURE_SERVICE_CONNECTION_ID',
  'ARM_SUBSCRIPTION_ID',
  'ARM_ENVIRONMENT',
  'FABRIC_OIDC_REQUEST_URL',
  'FABRIC_OIDC_REQUEST_TOKEN',
];

/** Variables that win over ours in the SDKs, and break some of them when they are set empty. */
const sdkSelectors: readonly string[] = [
  'AZURE_CLIENT_SECRET',
  'AZURE_CLIENT_CERTIFICATE_PATH',
  'AZURE_USERNAME',
  'AZURE_PASSWORD',
  'AZURE_FEDERATED_TOKEN',
  'AZURE_OIDC_TOKEN',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'IMDS_ENDPOINT',
  'IDENTITY_SERVER_THUMBPRINT',
];

/**
 * Sets empty what would silently win over, or mix with, the Terraform variables about to be
 * exported; what those set themselves needs no clearing.
 */
export function clearedTerraformLeftovers(
  present: readonly PresentVariable[],
  exported: readonly VariableChange[],
): readonly VariableChange[] {
  const ours = new Set(exported.map(({ name }) => name));
  return found(terraformSelectors, present)
    .filter((name) => !ours.has(name))
    .map((name) => plain(name, ''));
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

function found(selectors: readonly string[], present: readonly PresentVariable[]): string[] {
  const names = new Set(
    present.filter(({ isEmpty }) => !isEmpty).map(({ name }) => name.toUpperCase()),
  );
  return selectors.filter((name) => names.has(name));
}
