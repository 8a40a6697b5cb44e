import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import type { VariableChange } from '../../agent/variable-change.ts';
import { hasSdkSignIn, hasTerraformSignIn } from './earlier-sign-ins.ts';

/** Whether it was an earlier step of ours that named the subscription of the job there. */
const isOurs: Readonly<Record<string, typeof hasTerraformSignIn>> = {
  ARM_SUBSCRIPTION_ID: hasTerraformSignIn,
  AZURE_SUBSCRIPTION_ID: hasSdkSignIn,
};

/**
 * Warns where the subscription that the author chose gives way to that of the connection, with the
 * input that decides.
 */
export function warnOfOtherSubscription(
  changes: readonly VariableChange[],
  agent: Pick<PipelineAgent, 'environment' | 'input' | 'presentVariables' | 'warn'>,
): void {
  const { environment } = agent;
  if (agent.input('subscriptionId') !== '') return;
  const present = agent.presentVariables();
  const others = changes.filter(({ name, value }) => {
    const before = environment[name] ?? '';
    const isChosen = before !== '' && isOurs[name]?.(environment, present) === false;
    return isChosen && before.toLowerCase() !== String(value).toLowerCase();
  });
  if (others.length === 0) return;
  agent.warn(
    `This job names another subscription in ${others.map(({ name }) => name).join(', ')}; the steps that follow get that of the connection. To have the other one, name it in the input subscriptionId.`,
  );
}
