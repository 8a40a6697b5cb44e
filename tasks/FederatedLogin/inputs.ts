import {
  readAccessTokenLines,
  type RequestedAccessToken,
} from '../../src/agent/access-token-lines.ts';
import { connectionInput } from '../../src/agent/connection-input.ts';
import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { booleanInput, choiceInput, listInput } from '../../src/agent/task-inputs.ts';
import type { AllowedIdentities } from '../../src/service-connection/allowed-identities.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';
import type { AzureCliSession } from '../../src/tools/sign-in-tool.ts';
import { toolsInput, type ToolChoice } from '../../src/tools/tool-choice.ts';

/** What the pipeline's author asks of FederatedLogin. */
export interface FederatedLoginInputs {
  readonly connection: ServiceConnection;
  readonly tools: ToolChoice;
  readonly refresh: boolean;
  readonly verify: boolean;
  readonly azureCliSession: AzureCliSession;
  readonly accessTokens: readonly RequestedAccessToken[];
  /** Whether sessions of Azure CLI that later tasks open for the connection are kept too. */
  readonly keepOtherTasks: boolean;
  readonly allowed: AllowedIdentities;
}

/** @throws {FederationError} for the first input that cannot be used. */
export function readInputs(agent: PipelineAgent): FederatedLoginInputs {
  return {
    connection: connectionInput(agent),
    tools: toolsInput(agent),
    refresh: booleanInput(agent, 'refresh', true),
    verify: booleanInput(agent, 'verify', true),
    azureCliSession: choiceInput<AzureCliSession>(agent, 'azureCliSession', [
      'servicePrincipal',
      'managedIdentity',
    ]),
    accessTokens: readAccessTokenLines(agent.input('accessTokens')),
    keepOtherTasks: booleanInput(agent, 'keepOtherTasks', true),
    allowed: {
      tenantIds: listInput(agent, 'allowedTenantIds'),
      subscriptionIds: listInput(agent, 'allowedSubscriptionIds'),
    },
  };
}
