import { dialAzureDevOps } from '../../src/external/upstream/azure-devops.ts';

/** What a broker asks first, dialled while the rest is loaded by whoever imports this first. */
export const azureDevOps = dialAzureDevOps();
await azureDevOps?.begun;
