import { connectionInput } from '../../src/agent/connection-input.ts';
import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { choiceInput, optionalInput } from '../../src/agent/task-inputs.ts';
import { requireTerraformPrefix } from '../../src/delivery/variables/terraform-variables.ts';
import { refusal } from '../../src/errors.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';

/** How Terraform and its providers come by their ID tokens. */
export type Mode = 'broker' | 'native' | 'static';

/** What the pipeline's author asks of TerraformOidcEnv. */
export interface TerraformOidcEnvInputs {
  readonly connection: ServiceConnection;
  readonly mode: Mode;
  /** Set for a second identity, beside the one of the backend. */
  readonly tfVarPrefix: string | undefined;
}

/** @throws {FederationError} for the first input that cannot be used. */
export function readInputs(agent: PipelineAgent): TerraformOidcEnvInputs {
  const mode = choiceInput<Mode>(agent, 'mode', ['broker', 'native', 'static']);
  const tfVarPrefix = optionalInput(agent, 'tfVarPrefix');
  if (tfVarPrefix !== undefined) {
    requireTerraformPrefix(tfVarPrefix);
    requireBroker(mode);
  }
  return { connection: connectionInput(agent), mode, tfVarPrefix };
}

function requireBroker(mode: Mode): void {
  if (mode === 'broker') return;
  throw refusal(
    'INPUT_INVALID',
    `The input tfVarPrefix is set, but mode is ${mode}; a second identity needs the request URL of the broker.`,
    'Leave mode at broker, or tfVarPrefix empty.',
  );
}
