import { refusal } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { PipelineAgent, PresentVariable } from './pipeline-agent.ts';
import { namesOf, type VariableChange } from './variable-change.ts';

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
 * @throws {FederationError} for names that the job has as secret variables.
 */
export function publish({ variables, outputs }: Publication, agent: PipelineAgent): void {
  const readable = variables.filter(({ kind }) => kind !== 'secret');
  refuseSecretNames(namesOf(readable), agent.presentVariables());
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

/**
 * What is secret once is secret for good: no script would see what is set there.
 * @throws {FederationError} that names those of the names that the job has as secret variables.
 */
export function refuseSecretNames(
  names: readonly string[],
  present: readonly PresentVariable[],
): void {
  const secrets = present.filter(({ source }) => source === 'secret');
  const kept = new Set(secrets.map(({ name }) => name.toUpperCase()));
  const refused = names.filter((name) => kept.has(name.toUpperCase()));
  if (refused.length === 0) return;
  throw refusal(
    'LEFTOVER_VARIABLES',
    `This job has ${refused.join(', ')} as secret variables, which stay secret: no script would see what this task sets there.`,
    'Remove them from the variables and variable groups of this job, or make them plain ones.',
  );
}

/** The names of what later steps will see; never the values. */
function tellVariables(
  changes: readonly VariableChange[],
  { say }: Pick<PipelineAgent, 'say'>,
): void {
  const names = changes.map(({ name, kind }) => (kind === 'secret' ? `${name} (secret)` : name));
  say(`Variables for the steps that follow: ${names.join(', ')}`);
}
