import { forgetAzurePowerShell } from './azure-powershell/forget.ts';
import type { Forget, ForgettingWorld } from './sign-in-tool.ts';

/**
 * Of each tool that leaves something outside of the job's own folders. It stands apart from the
 * sign-ins, which the other tasks then need not load.
 */
const forgets: readonly Forget[] = [forgetAzurePowerShell];

/** Removes what the sign-ins of a step left outside of the job's own folders. */
export async function forgetTools(world: ForgettingWorld): Promise<void> {
  for (const forget of forgets) await forget(world);
}
