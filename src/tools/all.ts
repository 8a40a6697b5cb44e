import { azureCli } from './azure-cli/azure-cli.ts';
import { azurePowerShell } from './azure-powershell/azure-powershell.ts';
import { git } from './git/git.ts';
import type { SignInTool } from './sign-in-tool.ts';

/** Every tool that a step can sign in, in the order of the log. */
export const allTools: readonly SignInTool[] = [azureCli, azurePowerShell, git];
