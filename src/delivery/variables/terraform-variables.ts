import {
  inExactCase,
  masked,
  plain,
  secret,
  type VariableChange,
} from '../../agent/variable-change.ts';
import { quoted, refusal } from '../../errors.ts';
import type { Environment } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Endpoints } from '../../wire/endpoints.ts';

/**
 * Broker mode: providers ask the loopback endpoint again whenever they need an ID token. Neither
 * `ARM_OIDC_TOKEN` nor `ARM_OIDC_TOKEN_FILE_PATH` is set: both are read once and win over the URL.
 */
export function brokerVariables(
  connection: ServiceConnection,
  endpoints: Endpoints,
): readonly VariableChange[] {
  const { idTokenUrl, idTokenCapability } = endpoints;
  return [
    ...identityVariables(connection),
    plain('ARM_OIDC_REQUEST_URL', idTokenUrl),
    masked('ARM_OIDC_REQUEST_TOKEN', idTokenCapability),
    // Fabric's provider prefers a mapped SYSTEM_ACCESSTOKEN to the ARM_ pair, so it gets its own.
    plain('FABRIC_OIDC_REQUEST_URL', idTokenUrl),
    masked('FABRIC_OIDC_REQUEST_TOKEN', idTokenCapability),
  ];
}

/**
 * Native mode: providers ask Azure DevOps themselves at `SYSTEM_OIDCREQUESTURI`, with the
 * `SYSTEM_ACCESSTOKEN` that the step maps. Both names of the connection's ID are in use.
 */
export function nativeVariables(connection: ServiceConnection): readonly VariableChange[] {
  return [
    ...identityVariables(connection),
    plain('ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID', connection.id),
    plain('ARM_OIDC_AZURE_SERVICE_CONNECTION_ID', connection.id),
  ];
}

/** Static mode: one ID token, for tools that can ask for none; it is not replaced. */
export function staticVariables(
  connection: ServiceConnection,
  idToken: Secret,
): readonly VariableChange[] {
  return [...identityVariables(connection), secret('ARM_OIDC_TOKEN', idToken)];
}

/**
 * The organization for the provider azuredevops, which has to know it beside `ARM_*`
 * (https://registry.terraform.io/providers/microsoft/azuredevops). One that the job names is a choice
 * of its author, since the identity may be a user of several; but the provider sends its token there, so
 * an address that is not Azure DevOps' is written over.
 */
export function organizationVariables(
  { kind }: ServiceConnection,
  collectionUri: URL,
  environment: Environment,
): readonly VariableChange[] {
  const named = environment[organizationVariable] ?? '';
  if (kind !== 'azureDevOps' || isAzureDevOps(named, collectionUri)) return [];
  return [plain(organizationVariable, collectionUri.href)];
}

/** By which the provider azuredevops knows its organization. */
export const organizationVariable = 'AZDO_ORG_SERVICE_URL';

function isAzureDevOps(address: string, { host: own }: URL): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password, host } = new URL(address);
  const isPlain = protocol === 'https:' && username === '' && password === '';
  return isPlain && (host === own || /^(dev\.azure|[\w-]+\.visualstudio)\.com$/.test(host));
}

/** A second identity as Terraform variables, for the provider alias that names them. */
export function prefixedVariables(
  prefix: string,
  connection: ServiceConnection,
  endpoints: Endpoints,
): readonly VariableChange[] {
  const { clientId, tenantId, subscriptionId } = connection;
  return [
    plain(`TF_VAR_${prefix}_client_id`, clientId),
    plain(`TF_VAR_${prefix}_tenant_id`, tenantId),
    ...(subscriptionId === undefined
      ? []
      : [plain(`TF_VAR_${prefix}_subscription_id`, subscriptionId)]),
    plain(`TF_VAR_${prefix}_oidc_request_url`, endpoints.idTokenUrl),
    masked(`TF_VAR_${prefix}_oidc_request_token`, endpoints.idTokenCapability),
  ].map(inExactCase);
}

/** @throws {FederationError} when the prefix would make no name of a Terraform variable. */
export function requireTerraformPrefix(prefix: string): void {
  if (/^[A-Za-z][A-Za-z0-9_]{0,40}$/.test(prefix)) return;
  throw refusal(
    'INPUT_INVALID',
    `The input tfVarPrefix is ${quoted(prefix)}, from which no name of a Terraform variable can be made.`,
    'Use letters, digits and underscores, beginning with a letter, for example: hub.',
  );
}

function identityVariables(connection: ServiceConnection): readonly VariableChange[] {
  const { clientId, tenantId, subscriptionId, cloud } = connection;
  return [
    plain('ARM_USE_OIDC', 'true'),
    plain('ARM_CLIENT_ID', clientId),
    plain('ARM_TENANT_ID', tenantId),
    ...(subscriptionId === undefined ? [] : [plain('ARM_SUBSCRIPTION_ID', subscriptionId)]),
    ...(cloud.terraformEnvironment === undefined
      ? []
      : [plain('ARM_ENVIRONMENT', cloud.terraformEnvironment)]),
  ];
}
