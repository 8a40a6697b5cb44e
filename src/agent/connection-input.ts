import { quoted, refusal } from '../errors.ts';
import {
  readServiceConnection,
  withSubscription,
  type ServiceConnection,
} from '../service-connection/service-connection.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import { optionalInput, secondsInput } from './task-inputs.ts';

/** Azure promises new roles within ten minutes, and within half an hour for groups. In ms. */
const maxPropagationMs = 30 * 60_000;

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
  const connection = readServiceConnection(endpoint);
  const propagationMs = secondsInput(agent, 'propagationTimeout', {
    usual: connection.propagationMs,
    max: maxPropagationMs,
  });
  const subscriptionId = optionalInput(agent, 'subscriptionId');
  return withSubscription({ ...connection, propagationMs }, subscriptionId);
}
