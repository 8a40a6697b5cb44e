// First: before anything of ours is loaded, no signal or variable may weaken this process.
import '../../src/external/machine/hardening.ts';
import { dialAzureDevOps } from '../../src/external/upstream/azure-devops.ts';

/** What a broker asks first, dialled while the rest is loaded by whoever imports this first. */
export const azureDevOps = dialAzureDevOps();
await azureDevOps?.begun;
