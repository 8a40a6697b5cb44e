import { randomUUID } from 'node:crypto';
import type { Endpoint } from './contract.ts';
import type { JobStep, MessageVariable } from './job-message.ts';
import { expandMacros } from './macros.ts';
import { asList, asMap, asText, asTexts, type NodeMap } from './pipeline.ts';
import type { Restriction } from './restrictions.ts';
import type { TaskDefinition } from './task-definition.ts';
import { findTask, type InstalledTask } from './task-library.ts';

/** What the server knows when it turns a pipeline's steps into a job's. */
export interface ServerContext {
  readonly tasks: readonly InstalledTask[];
  readonly endpoints: readonly Endpoint[];
  readonly variables: readonly MessageVariable[];
  readonly agentVersion: string;
}

/** The server's part: tasks found, aliases and connection names resolved, disabled steps dropped. */
export function resolveSteps(steps: readonly NodeMap[], context: ServerContext): JobStep[] {
  return steps
    .filter((step) => asText(step['enabled']).toLowerCase() !== 'false')
    .filter((step) => step['checkout'] === undefined)
    .map((step) => resolveStep(step, context));
}

/** The ids of the service connections that the job's tasks name: those it is authorised for. */
export function referencedEndpoints(steps: readonly JobStep[]): string[] {
  const ids = steps.flatMap((step) =>
    step.kind === 'task'
      ? connectionInputs(step.definition).map(({ name }) => step.inputs[name])
      : [],
  );
  return [...new Set(ids.flatMap((value) => (value ?? '').split(',')))].filter((id) => id !== '');
}

function resolveStep(step: NodeMap, context: ServerContext): JobStep {
  const instanceId = randomUUID();
  const timeout = Number(asText(step['timeoutInMinutes']) || '0');
  const common = {
    instanceId,
    name: asText(step['name']),
    env: asTexts(step['env']),
    condition: asText(step['condition']) || 'succeeded()',
    continueOnError: asText(step['continueOnError']).toLowerCase() === 'true',
    timeoutMs: timeout > 0 ? timeout * 60_000 : undefined,
    retries: Math.min(10, Number(asText(step['retryCountOnTaskFailure']) || '0')),
    target: readTarget(step),
    place: placeOf(step),
  };
  const task = asText(step['task']);
  if (task === '') return { ...common, ...scriptParts(step) };
  const { folder, definition } = findTask(context.tasks, task);
  requireAgent(definition, context.agentVersion);
  return {
    ...common,
    kind: 'task',
    folder,
    definition,
    name: common.name || definition.name,
    displayName: asText(step['displayName']) || definition.name,
    inputs: resolveInputs(asTexts(step['inputs']), definition, context),
  };
}

function scriptParts(
  step: NodeMap,
): Omit<
  Extract<JobStep, { kind: 'script' }>,
  | 'instanceId'
  | 'env'
  | 'condition'
  | 'continueOnError'
  | 'timeoutMs'
  | 'retries'
  | 'target'
  | 'place'
> {
  const onWindows = process.platform === 'win32';
  const shells = {
    script: onWindows ? 'cmd' : 'bash',
    bash: 'bash',
    sh: 'sh',
    pwsh: 'pwsh',
    powershell: onWindows ? 'powershell' : 'pwsh',
  } as const;
  for (const [key, shell] of Object.entries(shells)) {
    const script = step[key];
    if (script === undefined) continue;
    return {
      kind: 'script',
      shell,
      script: asText(script),
      name: asText(step['name']) || (key === 'script' ? 'CmdLine' : key),
      displayName: asText(step['displayName']) || (key === 'script' ? 'CmdLine' : key),
      workingDirectory: asText(step['workingDirectory']),
    };
  }
  throw new Error(
    `This step is of a kind that is not known here: ${Object.keys(step).join(', ')}.`,
  );
}

/** A target is a word, or a map that has the word. */
function placeOf({ target }: NodeMap): string {
  return (asText(target) || asText(asMap(target)['container'])).toLowerCase();
}

function readTarget(step: NodeMap): Restriction {
  const { commands, settableVariables } = asMap(step['target']);
  return {
    ...(asText(commands) === 'restricted' && { commands: 'restricted' as const }),
    ...(settableVariables !== undefined && {
      settableVariables: asList(settableVariables).map(asText),
    }),
  };
}

function requireAgent({ name, minimumAgentVersion = '0' }: TaskDefinition, version: string): void {
  if (compareVersions(version, minimumAgentVersion) >= 0) return;
  throw new Error(
    `No agent satisfies the demand Agent.Version -gtVersion ${minimumAgentVersion} of task ${name}: this one is ${version}.`,
  );
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}

function resolveInputs(
  given: Readonly<Record<string, string>>,
  definition: TaskDefinition,
  context: ServerContext,
): Record<string, string> {
  const resolved: Record<string, string> = {};
  for (const [key, value] of Object.entries(given)) resolved[declaredName(key, definition)] = value;
  for (const input of connectionInputs(definition)) {
    const { name } = input;
    const value = resolved[name];
    if (value !== undefined && value !== '') resolved[name] = connectionIds(value, input, context);
  }
  return resolved;
}

/** The input that a name or an alias means; an undeclared one stays as it is written. */
function declaredName(key: string, { inputs = [] }: TaskDefinition): string {
  const wanted = key.toLowerCase();
  const input = inputs.find(({ name, aliases = [] }) =>
    [name, ...aliases].some((spelling) => spelling.toLowerCase() === wanted),
  );
  return input?.name ?? key;
}

/** An input that takes a service connection, and the type that it has to be of. */
interface ConnectionInput {
  readonly name: string;
  /** Absent where any will do. */
  readonly type: string | undefined;
}

function connectionInputs({ inputs = [] }: TaskDefinition): readonly ConnectionInput[] {
  return inputs
    .filter(({ type = '' }) => type.startsWith('connectedService'))
    .map(({ name, type = '' }) => ({ name, type: type.split(':')[1] }));
}

function connectionIds(value: string, input: ConnectionInput, context: ServerContext): string {
  const lookup = (name: string): string | undefined =>
    context.variables.find((variable) => variable.name.toLowerCase() === name.toLowerCase())?.value;
  const names = expandMacros(value, lookup).split(',');
  return names.map((name) => connectionId(name.trim(), input, context.endpoints)).join(',');
}

function connectionId(
  name: string,
  input: ConnectionInput,
  endpoints: readonly Endpoint[],
): string {
  const wanted = name.toLowerCase();
  const found = endpoints.find(
    (endpoint) => endpoint.id.toLowerCase() === wanted || endpoint.name.toLowerCase() === wanted,
  );
  if (found === undefined) {
    throw new Error(
      `The pipeline is not valid. Input ${input.name} references service connection ${name} which could not be found.`,
    );
  }
  if (input.type !== undefined && input.type.toLowerCase() !== found.type?.toLowerCase()) {
    throw new Error(
      `The pipeline is not valid. Step input ${input.name} expects a service connection of type ${input.type} but the provided service connection ${name} is of type ${found.type ?? 'unknown'}.`,
    );
  }
  return found.id.toLowerCase();
}
