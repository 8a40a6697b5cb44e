import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import type { Environment } from '../../ports.ts';
import { isManagedIdentityEndpoint } from '../../wire/endpoints.ts';

/** What is done about the variable of the token file, and whether the log has said so. */
export type TokenFileExport = 'exported' | 'exported and told' | 'left out';

const name = 'AZURE_FEDERATED_TOKEN_FILE';
const remove = `begin each PowerShell step that uses Az with: Remove-Item Env:${name}`;

/**
 * Decides about the variable of the token file beside an Azure PowerShell that takes it in place of
 * its own session: Azure.Identity for .NET does so from 1.14 on, and Entra refuses what Az then asks.
 * @param isNamed whether the author wants that session by name, and so above the file.
 */
export function tokenFileBesidePowerShell(
  environment: Environment,
  isNamed: boolean,
  { say }: Pick<PipelineAgent, 'say'>,
): TokenFileExport {
  if (isFilled(environment[name])) {
    say(
      `An earlier step or the agent itself has set ${name}, so this step sets it too, to the file of this connection. Azure PowerShell takes it in place of its session and fails with AADSTS1002012: ${remove}`,
    );
    return 'exported and told';
  }
  if (isNamed) {
    say(
      `${name} is not exported, because this Azure PowerShell would take it in place of its session. SDKs ask the managed identity endpoint, as the same identity. What reads nothing but the file gets it by one more task, TokenRefresher.`,
    );
    return 'left out';
  }
  say(
    `In later steps this Azure PowerShell takes ${name} in place of its session and fails with AADSTS1002012. Either ${remove}; or name azurePowerShell in the input tools, and the variable is not exported.`,
  );
  return 'exported and told';
}

/** Says what a file means to the session of an earlier step that had left it out. */
export function tellTokenFileIsBack(
  environment: Environment,
  { say }: Pick<PipelineAgent, 'say'>,
): void {
  if (!isLeftOut(environment)) return;
  say(
    `An earlier step had left out ${name} for the sake of Azure PowerShell, and this one exports it. From now on ${remove}`,
  );
}

/** Whether a sign-in of ours holds that exported everything but its token file. */
export function isLeftOut(environment: Environment): boolean {
  const { IDENTITY_ENDPOINT: endpoint = '' } = environment;
  return !isFilled(environment[name]) && isManagedIdentityEndpoint(endpoint);
}

function isFilled(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
