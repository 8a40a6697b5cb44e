/**
 * The audience that a federated credential lists, whatever the token says: tokens of the Entra
 * issuer carry a GUID in its place
 * (https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity).
 */
export const audience = 'api://AzureADTokenExchange';
