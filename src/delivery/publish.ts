import { tellVariables } from './narration.ts';
import { Secret } from '../secret.ts';
import type { Outputs } from './outputs.ts';
import type { PipelineAgent } from './pipeline-agent.ts';
import type { VariableChange } from './variable-change.ts';

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
