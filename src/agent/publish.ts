import { Secret } from '../secret.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import type { VariableChange } from './variable-change.ts';

/** The values of a step's output variables; a secret one is masked, and scripts must map it. */
export type Outputs = Readonly<Record<string, string | Secret>>;

/** What a task leaves for the steps after it. */
export interface Publication {
  readonly variables: readonly VariableChange[];
  readonly outputs: Outputs;
}

/**
 * Hands everything to the agent at once, at the very end: a task that fails before has exported
 * nothing. Masks come first, so that no value can be printed before it is hidden.
 */
export function publish({ variables, outputs }: Publication, agent: PipelineAgent): void {
  for (const change of variables) {
    if (change.kind !== 'plain') agent.mask(change.value);
  }
  for (const value of Object.values(outputs)) {
    if (value instanceof Secret) agent.mask(value);
  }
  for (const change of variables) agent.setVariable(change);
  for (const [name, value] of Object.entries(outputs)) agent.setOutput(name, value);
  tellVariables(variables, agent);
}

/** The names of what later steps will see; never the values. */
function tellVariables(
  changes: readonly VariableChange[],
  { say }: Pick<PipelineAgent, 'say'>,
): void {
  const names = changes.map(({ name, kind }) => (kind === 'secret' ? `${name} (secret)` : name));
  say(`Variables for the steps that follow: ${names.join(', ')}`);
}
