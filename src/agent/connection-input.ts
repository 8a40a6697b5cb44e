import { quoted, refusal } from '../errors.ts';
import {
  readAzureConnection,
  readAzureDevOpsConnection,
  withSubscription,
  type RawEndpoint,
  type ServiceConnection,
} from '../service-connection/service-connection.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import { choiceInput, optionalInput, secondsInput } from './task-inputs.ts';

/** Azure promises new roles within ten minutes, and within half an hour for groups. In ms. */
const maxPropagationMs = 30 * 60_000;

/** By which input a step names each kind of service connection, and what people call the kind. */
const connectionInputs = {
  azureRM: { input: 'azureSubscription', kind: 'an Azure Resource Manager' },
  azureDevOps: { input: 'azureDevOpsServiceConnection', kind: 'an Azure DevOps' },
} as const satisfies Readonly<Record<ServiceConnection['kind'], unknown>>;

/**
 * The service connection that the step names, on the subscription that it wants. Inputs that
 * `connectionType` hides are ignored, because the editor keeps what once stood there.
 * @throws {FederationError} when there is none, or it cannot be used.
 */
export function connectionInput(
  agent: Pick<PipelineAgent, 'input' | 'endpoint'>,
): ServiceConnection {
  const kind = choiceInput(agent, 'connectionType', ['azureRM', 'azureDevOps']);
  const endpoint = namedEndpoint(agent, kind);
  const connection =
    kind === 'azureDevOps'
      ? readAzureDevOpsConnection(endpoint)
      : withSubscription(readAzureConnection(endpoint), optionalInput(agent, 'subscriptionId'));
  const propagationMs = secondsInput(agent, 'propagationTimeout', {
    usual: connection.propagationMs,
    max: maxPropagationMs,
  });
  return { ...connection, propagationMs };
}

/** The IDs of the service connections that the step names, for a post-job step of any kind of them. */
export function namedConnections(agent: Pick<PipelineAgent, 'input'>): readonly string[] {
  return Object.values(connectionInputs).map(({ input }) => agent.input(input).toLowerCase());
}

function namedEndpoint(
  agent: Pick<PipelineAgent, 'input' | 'endpoint'>,
  type: ServiceConnection['kind'],
): RawEndpoint {
  const { input, kind } = connectionInputs[type];
  const id = agent.input(input);
  const endpoint = id === '' ? undefined : agent.endpoint(id);
  if (endpoint !== undefined) return endpoint;
  throw refusal(
    'CONNECTION_MISSING',
    id === ''
      ? `The input ${input} is empty.`
      : `The agent knows no service connection ${quoted(id)} for this step.`,
    `Name ${kind} service connection of this project, and permit this pipeline to use it.${id === '' ? otherInput(agent, type) : ''}`,
  );
}

/** Where the step names a connection of the other kind, only its kind is missing. */
function otherInput(agent: Pick<PipelineAgent, 'input'>, type: ServiceConnection['kind']): string {
  const other = type === 'azureRM' ? 'azureDevOps' : 'azureRM';
  const { input } = connectionInputs[other];
  return agent.input(input) === '' ? '' : ` To use ${input}, set connectionType to ${other}.`;
}
