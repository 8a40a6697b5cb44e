import { resolve } from 'node:path';
import type { Endpoint } from './contract.ts';
import { endpointVariables, systemConnection } from './endpoint-variables.ts';
import { expandMacros, type Lookup } from './macros.ts';
import type { TaskDefinition } from './task-definition.ts';

/**
 * The inputs of a task: defaults merged with the step's, trimmed, macros expanded once, files
 * rooted. An empty file path thus becomes the root itself, as with the agent.
 */
export function taskInputs(
  definition: TaskDefinition,
  given: Readonly<Record<string, string>>,
  lookups: readonly Lookup[],
  rootFolder: string,
): Record<string, string> {
  const inputs = new Map<string, string>();
  const files = new Set<string>();
  for (const { name, type, defaultValue = '' } of definition.inputs ?? []) {
    inputs.set(name, String(defaultValue));
    if (type === 'filePath') files.add(name);
  }
  for (const [name, value] of Object.entries(given)) inputs.set(name, value);
  return Object.fromEntries(
    [...inputs].map(([name, value]) => {
      const expanded = expandMacros(value.trim(), ...lookups);
      return [name, files.has(name) ? resolve(rootFolder, expanded) : expanded];
    }),
  );
}

/** The connections that a task sees: those its `connectedService` inputs name, and the job's own. */
export function visibleEndpoints(
  definition: TaskDefinition,
  inputs: Readonly<Record<string, string>>,
  endpoints: readonly Endpoint[],
): Record<string, string> {
  const ids = new Set(
    (definition.inputs ?? [])
      .filter(({ type = '' }) => type.startsWith('connectedService'))
      .flatMap(({ name }) => (inputs[name] ?? '').split(','))
      .map((id) => id.trim().toLowerCase()),
  );
  const visible = endpoints.filter(
    ({ id, name }) => name === systemConnection || ids.has(id.toLowerCase()),
  );
  return Object.assign({}, ...visible.map(endpointVariables)) as Record<string, string>;
}
