import { inExactCase, plain } from '../../agent/variable-change.ts';
import { managedIdentityVariables } from '../../delivery/variables/azure-variables.ts';
import { refusal } from '../../errors.ts';
import type { SignInTool } from '../sign-in-tool.ts';
import { findPowerShells } from './programs.ts';
import { contextName } from './scripts.ts';
import { signInAzurePowerShell } from './sign-in.ts';

/** Azure PowerShell, by a context in the store of the agent's user. */
export const azurePowerShell: SignInTool = {
  name: 'azurePowerShell',
  title: 'Azure PowerShell',
  noProgram: 'there is no PowerShell on the PATH of this agent',
  find: findPowerShells,
  useOf: () => 'azurePowerShell',
  signIn: async (programs, whom, world) => {
    const { connection, session, job } = whom;
    const context = contextName(connection.id, job.jobId);
    const outcome = await signInAzurePowerShell(programs, context, whom, world);
    if (!outcome.isSignedIn) return outcome;
    const { endpoints } = session;
    const { modulePath, prefersTokenFile } = outcome;
    return {
      isSignedIn: true,
      prefersTokenFile,
      variables: [
        ...(endpoints === undefined ? [] : managedIdentityVariables(endpoints)),
        // PowerShell on Linux and macOS looks for this very spelling.
        ...(modulePath === undefined ? [] : [inExactCase(plain('PSModulePath', modulePath))]),
      ],
    };
  },
  missing: (why) =>
    refusal(
      'AZURE_POWERSHELL_MISSING',
      `The input tools names azurePowerShell, but ${why}.`,
      'Install PowerShell and the module Az.Accounts for the user of the agent, add the directory of the module to PSModulePath, or leave azurePowerShell out of the input tools.',
    ),
};
