import { managedIdentityVariables } from '../../delivery/variables/azure-variables.ts';
import { refusal } from '../../errors.ts';
import type { Absence, SignInTool } from '../sign-in-tool.ts';
import { findPowerShells } from './programs.ts';
import { contextName } from './scripts.ts';
import { signInAzurePowerShell } from './sign-in.ts';

const why: Readonly<Record<Absence, string>> = {
  'no program': 'no PowerShell is on the PATH of this agent',
  'no module': 'PowerShell has no module Az.Accounts here',
};

/** Azure PowerShell, by a context in the store of the agent's user. */
export const azurePowerShell: SignInTool = {
  name: 'azurePowerShell',
  title: 'Azure PowerShell',
  find: findPowerShells,
  signIn: async (programs, { connection, session, jobId }, world) => {
    const context = contextName(connection.id, jobId);
    const signedIn = await signInAzurePowerShell(programs, context, connection, session, world);
    if (signedIn === undefined) return undefined;
    const { endpoints } = session;
    return signedIn.byBroker && endpoints !== undefined ? managedIdentityVariables(endpoints) : [];
  },
  missing: (absence) =>
    refusal(
      'AZURE_POWERSHELL_MISSING',
      `The input tools names azurePowerShell, but ${why[absence]}.`,
      'Install PowerShell and the module Az.Accounts for the user of the agent, add the directory of the module to PSModulePath, or leave azurePowerShell out of the input tools.',
    ),
};
