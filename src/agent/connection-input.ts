import { quoted, refusal } from '../errors.ts';
import {
  readServiceConnection,
  withSubscription,
  type ServiceConnection,
} from '../service-connection/service-connection.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import { optionalInput } from './task-inputs.ts';

/**
 * The service connection that the step names, on the subscription that it wants.
 * @throws {FederationError} when there is none, or it cannot be used.
 */
export function connectionInput(
  agent: Pick<PipelineAgent, 'input' | 'endpoint'>,
): ServiceConnection {
  const id = agent.input('azureSubscription');
  const endpoint = id === '' ? undefined : agent.endpoint(id);
  if (endpoint === undefined) {
    throw refusal(
      'CONNECTION_MISSING',
      id === ''
        ? 'The input azureSubscription is empty.'
        : `The agent knows no service connection ${quoted(id)} for this step.`,
      'Name an Azure Resource Manager service connection of this project, and permit this pipeline to use it.',
    );
  }
  return withSubscription(readServiceConnection(endpoint), optionalInput(agent, 'subscriptionId'));
}
