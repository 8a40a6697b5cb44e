import { scopeOf } from '../service-connection/service-connection.ts';

/**
 * The scope of Azure DevOps' access tokens, by its application ID, which is the same in every tenant:
 * https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
 */
export const azureDevOpsScope = scopeOf('499b84ac-1321-427f-aa17-267ca6975798');
