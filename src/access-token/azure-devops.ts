import { scopeOf } from '../service-connection/service-connection.ts';

/**
 * The application ID of Azure DevOps, which is the same in every tenant:
 * https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
 */
export const azureDevOpsApplicationId = '499b84ac-1321-427f-aa17-267ca6975798';

/** The scope of its access tokens. */
export const azureDevOpsScope = scopeOf(azureDevOpsApplicationId);
