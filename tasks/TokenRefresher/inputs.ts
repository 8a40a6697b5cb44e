import {
  readAccessTokenLines,
  type RequestedAccessToken,
} from '../../src/agent/access-token-lines.ts';
import { connectionInput } from '../../src/agent/connection-input.ts';
import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { booleanInput } from '../../src/agent/task-inputs.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';

/** What the pipeline's author asks of TokenRefresher. */
export interface TokenRefresherInputs {
  readonly connection: ServiceConnection;
  readonly managedIdentity: boolean;
  readonly accessTokens: readonly RequestedAccessToken[];
  /** Whether sessions of Azure CLI that later tasks open for the connection are kept too. */
  readonly keepOtherTasks: boolean;
}

/** @throws {FederationError} for the first input that cannot be used. */
export function readInputs(agent: PipelineAgent): TokenRefresherInputs {
  return {
    connection: connectionInput(agent),
    managedIdentity: booleanInput(agent, 'managedIdentity', false),
    accessTokens: readAccessTokenLines(agent.input('accessTokens')),
    keepOtherTasks: booleanInput(agent, 'keepOtherTasks', true),
  };
}
