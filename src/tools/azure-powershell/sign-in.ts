import { isWindowsPath } from '../../delivery/files/state-directory.ts';
import { managedIdentityEnvironment } from '../../delivery/variables/azure-variables.ts';
import { noProxyChanges } from '../../delivery/variables/no-proxy.ts';
import type { ToolOutcome } from '../../ports.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import { remembered } from '../../session/remembered.ts';
import type { Session } from '../../session/session.ts';
import type { ToolWorld } from '../sign-in-tool.ts';
import { toolFailure } from '../tool-failure.ts';
import {
  federatedTokenScript,
  keepsContexts,
  managedIdentityScript,
  moduleMissing,
  scriptFromInput,
} from './scripts.ts';

/** Loading the modules takes long on a slow agent, and every subscription is read. */
const timeoutMs = 180_000;

/** An Azure PowerShell that is signed in. */
export interface SignedInAzurePowerShell {
  /** Whether each of its commands asks the broker. */
  readonly byBroker: boolean;
}

/**
 * Signs Azure PowerShell in with one process, in the first PowerShell that has it.
 * @returns undefined where none has it.
 * @throws {FederationError} with PowerShell's exit code or Entra's number.
 */
export async function signInAzurePowerShell(
  programs: readonly string[],
  context: string,
  connection: ServiceConnection,
  session: Session,
  world: ToolWorld,
): Promise<SignedInAzurePowerShell | undefined> {
  const { agent } = world;
  // Before the sign-in, so that one which is cut off is removed as well.
  agent.remember(remembered.powerShellContext, context);
  const outcome = await runFirst(programs, context, connection, session, world);
  if (outcome === undefined || outcome.exitCode === moduleMissing) {
    agent.remember(remembered.powerShellContext, '');
    return undefined;
  }
  if (outcome.exitCode !== 0) {
    const { idToken } = session;
    const attempt = { purpose: 'sign in', connection, idToken, timeoutMs };
    throw toolFailure(outcome, { tool: 'Azure PowerShell', ...attempt });
  }
  tell(outcome, session, world);
  return { byBroker: session.endpoints !== undefined };
}

async function runFirst(
  programs: readonly string[],
  context: string,
  connection: ServiceConnection,
  { endpoints, tokenFile }: Session,
  { agent, tools }: ToolWorld,
): Promise<ToolOutcome | undefined> {
  const input =
    endpoints === undefined
      ? federatedTokenScript(connection, context, tokenFile)
      : managedIdentityScript(connection, context);
  const environment = {
    ...noProxyChanges(agent.environment),
    ...(endpoints === undefined ? {} : managedIdentityEnvironment(endpoints)),
    // Left by an earlier task it would be preferred to the managed identity (azure-powershell#22213).
    AZURE_FEDERATED_TOKEN_FILE: undefined,
  };
  let outcome: ToolOutcome | undefined;
  for (const program of programs) {
    const args = scriptFromInput(isWindowsPath(program));
    outcome = await tools.run({ program, arguments: args, environment, input, timeoutMs });
    if (outcome.exitCode !== moduleMissing) return outcome;
  }
  return outcome;
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
  agent.say(
    'Should it say AADSTS70011 in a later step, begin that step with: Remove-Item Env:AZURE_FEDERATED_TOKEN_FILE',
  );
}
