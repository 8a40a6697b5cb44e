import { isWindowsPath } from '../../delivery/files/state-directory.ts';
import { managedIdentityEnvironment } from '../../delivery/variables/azure-variables.ts';
import type { ToolOutcome } from '../../ports.ts';
import { remembered } from '../../session/remembered.ts';
import type { Session } from '../../session/session.ts';
import type { OneSignIn, ToolWorld } from '../sign-in-tool.ts';
import { knownCredentials, toolFailure } from '../tool-failure.ts';
import { extendedModulePath, newestHostedModules } from './hosted-modules.ts';
import { inOrderOfHope, namesOf, quietPowerShell, type PowerShell } from './programs.ts';
import {
  federatedTokenScript,
  keepsContexts,
  managedIdentityScript,
  moduleMissing,
  prefersTokenFile,
  scriptFromInput,
} from './scripts.ts';

/** Loading the modules takes long on a slow agent, and every subscription is read. */
const timeoutMs = 180_000;

/** What came of a sign-in of Azure PowerShell. */
export type PowerShellOutcome =
  | {
      readonly isSignedIn: true;
      /** Later steps need it as their `PSModulePath`; undefined where they find the module anyway. */
      readonly modulePath: string | undefined;
      /** Whether Az would take the variable of a token file in place of the session. */
      readonly prefersTokenFile: boolean;
    }
  | { readonly isSignedIn: false; readonly why: string };

/**
 * Signs Azure PowerShell in with one process, in the first PowerShell that has it. With `auto` only
 * one that seems to have the module is started.
 * @throws {FederationError} with PowerShell's exit code or Entra's number.
 */
export async function signInAzurePowerShell(
  programs: readonly string[],
  context: string,
  whom: OneSignIn,
  world: ToolWorld,
): Promise<PowerShellOutcome> {
  const { agent, folders } = world;
  const { connection, session, isNamed } = whom;
  const found = await inOrderOfHope(programs, agent.environment, folders);
  const shells = isNamed ? found : found.filter(({ module }) => module !== 'not seen');
  const isWindows = programs.some(isWindowsPath);
  const isElsewhere = found.some(({ module }) => module === 'seen');
  const hosted =
    agent.isMicrosoftHosted && !isElsewhere
      ? await newestHostedModules(isWindows, folders)
      : undefined;
  const isOffered = hosted !== undefined && !isNamed;
  const why = lacking(programs, isOffered);
  if (shells.length === 0) return { isSignedIn: false, why };
  const modulePath =
    hosted === undefined || isOffered
      ? undefined
      : extendedModulePath(agent.environment, hosted, isWindows);
  // Before the sign-in, so that one which is cut off is removed as well.
  agent.remember(remembered.powerShellContext, context);
  const outcome = await runFirst(shells, context, { ...whom, modulePath }, world);
  if (outcome === undefined || outcome.exitCode === moduleMissing) {
    agent.remember(remembered.powerShellContext, '');
    return { isSignedIn: false, why };
  }
  if (outcome.exitCode !== 0) {
    const { idToken } = session;
    const known = await knownCredentials(session, world);
    const attempt = { purpose: 'sign in', connection, idToken, timeoutMs, known };
    throw toolFailure(outcome, { tool: 'Azure PowerShell', ...attempt });
  }
  if (modulePath !== undefined) {
    agent.say(`The module Az.Accounts of this image lies in ${hosted}: PSModulePath holds it now.`);
  }
  tell(outcome, session, world);
  const byBroker = session.endpoints !== undefined;
  return {
    isSignedIn: true,
    modulePath,
    prefersTokenFile: byBroker && prefersTokenFile(outcome.output),
  };
}

async function runFirst(
  shells: readonly PowerShell[],
  context: string,
  {
    connection,
    session: { endpoints, tokenFile },
    modulePath,
  }: OneSignIn & { readonly modulePath: string | undefined },
  { tools }: ToolWorld,
): Promise<ToolOutcome | undefined> {
  const input =
    endpoints === undefined
      ? federatedTokenScript(connection, context, tokenFile)
      : managedIdentityScript(connection, context);
  const environment = {
    ...quietPowerShell,
    ...(endpoints === undefined ? {} : managedIdentityEnvironment(endpoints)),
    ...(modulePath === undefined ? {} : { PSModulePath: modulePath }),
    // Left by an earlier task it would be preferred to the managed identity (azure-powershell#22213).
    AZURE_FEDERATED_TOKEN_FILE: undefined,
  };
  let outcome: ToolOutcome | undefined;
  for (const { program } of shells) {
    const args = scriptFromInput(isWindowsPath(program));
    outcome = await tools.run({ program, arguments: args, environment, input, timeoutMs });
    if (outcome.exitCode !== moduleMissing) return outcome;
  }
  return outcome;
}

function lacking(programs: readonly string[], isOffered: boolean): string {
  const are = programs.length === 1 ? 'is' : 'are';
  const offer = isOffered
    ? '. The modules of this image lie where PowerShell does not look: name azurePowerShell in the input tools to use them'
    : '';
  return `${namesOf(programs)} ${are} here without the module Az.Accounts${offer}`;
}

function tell({ output }: ToolOutcome, { endpoints }: Session, { agent }: ToolWorld): void {
  if (!keepsContexts(output)) {
    agent.warn(
      'Azure PowerShell forgets its context here when a process ends, so later steps do not see the sign-in: run Enable-AzContextAutosave -Scope CurrentUser for the user of this agent.',
    );
  }
  if (endpoints === undefined) {
    agent.say('Azure PowerShell is signed in with the ID token.');
    return;
  }
  agent.say('Azure PowerShell is signed in, and asks the broker for every token.');
}
