import { masked, plain, type VariableChange } from '../../agent/variable-change.ts';
import type { Secret } from '../../secret.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Endpoints } from '../../wire/endpoints.ts';

/**
 * What every Azure SDK reads for a workload identity, as Azure's own webhook sets it in Kubernetes:
 * https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html.
 * @param tokenFile undefined where SDKs are to ask the managed identity endpoint instead.
 */
export function workloadIdentityVariables(
  connection: ServiceConnection,
  tokenFile: string | undefined,
): readonly VariableChange[] {
  return [
    plain('AZURE_CLIENT_ID', connection.clientId),
    plain('AZURE_TENANT_ID', connection.tenantId),
    plain('AZURE_AUTHORITY_HOST', connection.authorityHost.href),
    ...(tokenFile === undefined ? [] : [plain('AZURE_FEDERATED_TOKEN_FILE', tokenFile)]),
  ];
}

/** The subscription, for tools that have no other way to know it. */
export function subscriptionVariables(connection: ServiceConnection): readonly VariableChange[] {
  const { subscriptionId } = connection;
  return subscriptionId === undefined ? [] : [plain('AZURE_SUBSCRIPTION_ID', subscriptionId)];
}

/**
 * The names of {@link workloadIdentityVariables}; tasks that use kubelogin leave them behind for later
 * steps.
 */
export const identityNames = [
  'AZURE_CLIENT_ID',
  'AZURE_TENANT_ID',
  'AZURE_AUTHORITY_HOST',
  'AZURE_FEDERATED_TOKEN_FILE',
] as const;

/** The names of {@link azdVariables}. */
export const azdNames = ['AZURE_OIDC_REQUEST_URL', 'AZURE_OIDC_REQUEST_TOKEN'] as const;

/** The names of {@link managedIdentityVariables}. */
export const managedIdentityNames = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const;

/** What azd's `oidc` provider reads (azd 1.18 and later). */
export function azdVariables(endpoints: Endpoints): readonly VariableChange[] {
  return [
    plain('AZURE_OIDC_REQUEST_URL', endpoints.idTokenUrl),
    masked('AZURE_OIDC_REQUEST_TOKEN', endpoints.idTokenCapability),
  ];
}

/** The private profile of Azure CLI. */
export function azureCliVariables(profile: string): readonly VariableChange[] {
  return [plain('AZURE_CONFIG_DIR', profile)];
}

/** The App Service form of a managed identity; the two variables mean nothing apart. */
export function managedIdentityVariables(endpoints: Endpoints): readonly VariableChange[] {
  return [
    plain('IDENTITY_ENDPOINT', endpoints.managedIdentityUrl),
    masked('IDENTITY_HEADER', endpoints.managedIdentityCapability),
  ];
}

/** The same, for a tool that this step itself runs. */
export function managedIdentityEnvironment(
  endpoints: Endpoints,
): Readonly<Record<string, string | Secret>> {
  return Object.fromEntries(
    managedIdentityVariables(endpoints).map(({ name, value }) => [name, value]),
  );
}
