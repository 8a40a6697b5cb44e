import type { VariableChange } from '../agent/variable-change.ts';
import {
  azureCliVariables,
  managedIdentityVariables,
} from '../delivery/variables/azure-variables.ts';
import { refusal } from '../errors.ts';
import type { Tools } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { Session } from '../session/session.ts';
import { signInAzureCli, type ToolWorld } from './azure-cli/sign-in.ts';
import { findPowerShells } from './azure-powershell/programs.ts';
import { contextName } from './azure-powershell/scripts.ts';
import { signInAzurePowerShell } from './azure-powershell/sign-in.ts';
import { wants, type ToolChoice } from './tool-choice.ts';

/** The tools to sign in, as far as the programs are there. */
export interface FoundTools {
  readonly choice: ToolChoice;
  readonly azureCli: string | undefined;
  /** Every PowerShell that may have Azure PowerShell, the preferred one first. */
  readonly powerShells: readonly string[];
}

/** @throws {FederationError} when a tool is named and its program is not there. */
export async function findTools(choice: ToolChoice, tools: Tools): Promise<FoundTools> {
  const azureCli = wants(choice, 'azureCli') ? await tools.find('az') : undefined;
  const powerShells = wants(choice, 'azurePowerShell') ? await findPowerShells(tools) : [];
  if (choice !== 'auto') {
    if (choice.includes('azureCli') && azureCli === undefined) throw azureCliMissing();
    if (choice.includes('azurePowerShell') && powerShells.length === 0) {
      throw azurePowerShellMissing('no PowerShell is on the PATH of this agent');
    }
  }
  return { choice, azureCli, powerShells };
}

/**
 * Signs the tools in, side by side, and tells what later steps need for that.
 * @throws {FederationError} the first failure, once both are done.
 */
export async function signInTools(
  { choice, azureCli, powerShells }: FoundTools,
  jobId: string,
  connection: ServiceConnection,
  session: Session,
  world: ToolWorld,
): Promise<readonly VariableChange[]> {
  const context = contextName(connection.id, jobId);
  const [cli, powerShell] = await Promise.allSettled([
    azureCli === undefined ? undefined : signInAzureCli(azureCli, connection, session, world),
    powerShells.length === 0
      ? undefined
      : signInAzurePowerShell(powerShells, context, connection, session, world),
  ]);
  const signedInCli = valueOf(cli);
  const signedInPowerShell = valueOf(powerShell);
  if (choice !== 'auto' && choice.includes('azurePowerShell') && signedInPowerShell === undefined) {
    throw azurePowerShellMissing('PowerShell is there, but not its module Az.Accounts');
  }
  if (signedInCli === undefined && signedInPowerShell === undefined && choice === 'auto') {
    world.agent.say('Neither Azure CLI nor Azure PowerShell is installed here: none is signed in.');
  }
  const { endpoints } = session;
  const usesBroker = signedInCli?.byBroker === true || signedInPowerShell?.byBroker === true;
  return [
    ...(signedInCli === undefined ? [] : azureCliVariables(signedInCli.profile)),
    ...(usesBroker && endpoints !== undefined ? managedIdentityVariables(endpoints) : []),
  ];
}

function valueOf<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

function azureCliMissing(): Error {
  return refusal(
    'AZURE_CLI_MISSING',
    'The input tools names azureCli, but there is no az on the PATH of this agent.',
    'Install Azure CLI on the agent or in the job container, or leave it out of the input tools.',
  );
}

function azurePowerShellMissing(why: string): Error {
  return refusal(
    'AZURE_POWERSHELL_MISSING',
    `The input tools names azurePowerShell, but ${why}.`,
    'Install PowerShell and the module Az.Accounts for the user of the agent, add the directory of the module to PSModulePath, or leave azurePowerShell out of the input tools.',
  );
}
