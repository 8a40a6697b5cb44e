import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import type { VariableChange } from '../../agent/variable-change.ts';
import type { Environment } from '../../ports.ts';
import { isInOurDirectory } from '../files/state-directory.ts';
import { isLeftOut } from './token-file.ts';

/** Where a job names its subscription; and whether it was an earlier step of ours that did. */
const places: Readonly<Record<string, (environment: Environment) => boolean>> = {
  ARM_SUBSCRIPTION_ID: hasTerraform,
  AZURE_SUBSCRIPTION_ID: hasSignIn,
};

/**
 * Warns where the subscription that the author chose gives way to that of the connection, with the
 * input that decides.
 */
export function warnOfOtherSubscription(
  changes: readonly VariableChange[],
  { environment, input, warn }: Pick<PipelineAgent, 'environment' | 'input' | 'warn'>,
): void {
  if (input('subscriptionId') !== '') return;
  const others = changes.filter(({ name, value }) => {
    const before = environment[name] ?? '';
    const isChosen = before !== '' && places[name]?.(environment) === false;
    return isChosen && before.toLowerCase() !== String(value).toLowerCase();
  });
  if (others.length === 0) return;
  warn(
    `This job names another subscription in ${others.map(({ name }) => name).join(', ')}; the steps that follow get that of the connection. To have the other one, name it in the input subscriptionId.`,
  );
}

/** Whether an earlier step of ours has exported a sign-in for SDKs. */
export function hasSignIn(environment: Environment): boolean {
  return (
    isInOurDirectory(environment['AZURE_FEDERATED_TOKEN_FILE'] ?? '') || isLeftOut(environment)
  );
}

/** The same for Terraform, in one of the modes that show it. */
export function hasTerraform({
  ARM_OIDC_REQUEST_URL: url = '',
  ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID: id = '',
}: Environment): boolean {
  return url.startsWith('http://127.0.0.1:') || id !== '';
}
