import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { publish } from '../../src/agent/publish.ts';
import type { VariableChange } from '../../src/agent/variable-change.ts';
import { azureCliProfileBeside } from '../../src/delivery/files/state-directory.ts';
import { tellConnection, tellEndOfJob, tellIdToken, utc } from '../../src/delivery/log.ts';
import { workloadIdentityVariables } from '../../src/delivery/variables/azure-variables.ts';
import { followUps } from '../../src/delivery/variables/earlier-sign-ins.ts';
import {
  clearedTerraformLeftovers,
  refuseSdkLeftovers,
} from '../../src/delivery/variables/leftovers.ts';
import { noProxyVariables } from '../../src/delivery/variables/no-proxy.ts';
import { outputsOf, type FreshIdToken } from '../../src/delivery/variables/outputs.ts';
import {
  brokerVariables,
  nativeVariables,
  prefixedVariables,
  staticVariables,
} from '../../src/delivery/variables/terraform-variables.ts';
import type { IdTokenFacts } from '../../src/id-token/id-token.ts';
import { readJob } from '../../src/id-token/job.ts';
import type { ServiceConnection } from '../../src/service-connection/service-connection.ts';
import { idTokenOnce } from '../../src/session/once.ts';
import { join, toldWhenSlow, type TaskWorld } from '../shared/task-world.ts';
import { readInputs, type TerraformOidcEnvInputs } from './inputs.ts';

/** What one mode has to offer: the variables, and the ID token where one was asked for. */
interface Offer {
  readonly variables: readonly VariableChange[];
  readonly idToken?: IdTokenFacts;
  /** Only in the mode broker. */
  readonly fresh?: FreshIdToken;
}

/** Tells Terraform, OpenTofu and their providers who they are, and where to ask for ID tokens. */
export async function terraformOidcEnv(world: TaskWorld): Promise<void> {
  const { agent } = world;
  const inputs = readInputs(agent);
  const { connection, mode, tfVarPrefix } = inputs;
  const isSecond = tfVarPrefix !== undefined;
  if (mode === 'broker' && !isSecond) refuseSdkLeftovers(agent.presentVariables());
  tellConnection(connection, agent);
  const offer = await offerOf(inputs, world);
  const cleared = isSecond
    ? []
    : clearedTerraformLeftovers(agent.presentVariables(), offer.variables);
  tellCleared(cleared, agent);
  publish(
    {
      variables: [...offer.variables, ...cleared],
      outputs: outputsOf(connection, offer.idToken, offer.fresh),
    },
    agent,
  );
}

async function offerOf(
  { connection, mode, tfVarPrefix }: TerraformOidcEnvInputs,
  world: TaskWorld,
): Promise<Offer> {
  switch (mode) {
    case 'broker':
      return brokerOffer(connection, tfVarPrefix, world);
    case 'native':
      return nativeOffer(connection, world.agent);
    case 'static':
      return staticOffer(connection, world);
  }
}

async function brokerOffer(
  connection: ServiceConnection,
  tfVarPrefix: string | undefined,
  world: TaskWorld,
): Promise<Offer> {
  const { agent } = world;
  const fresh = await join(connection, [], world);
  const { endpoints, idToken, tokenFile } = fresh;
  tellIdToken(idToken, connection, true, agent);
  tellEndOfJob(agent.jobVariables.jobAccessToken, agent);
  if (tfVarPrefix !== undefined) {
    return { variables: prefixedVariables(tfVarPrefix, connection, endpoints), idToken, fresh };
  }
  const variables = [
    ...brokerVariables(connection, endpoints),
    ...workloadIdentityVariables(connection, tokenFile),
    ...noProxyVariables(agent.environment),
  ];
  const azureCliProfile = azureCliProfileBeside(tokenFile);
  const next = { connection, variables, endpoints, azureCliProfile };
  return {
    variables: [...variables, ...followUps(agent.environment, next, agent)],
    idToken,
    fresh,
  };
}

function nativeOffer(connection: ServiceConnection, agent: PipelineAgent): Offer {
  agent.say(
    'Providers ask Azure DevOps themselves: map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the env of each Terraform step.',
  );
  return { variables: nativeVariables(connection) };
}

async function staticOffer(connection: ServiceConnection, world: TaskWorld): Promise<Offer> {
  const { agent } = world;
  const job = readJob(agent.jobVariables);
  const upstream = await world.upstream();
  const asking = idTokenOnce(connection, job, upstream);
  const idToken = await toldWhenSlow(asking, agent, upstream.clock);
  tellIdToken(idToken, connection, false, agent);
  agent.warn(
    `The ID token in ARM_OIDC_TOKEN expires at ${utc(idToken.expiresOn)} and is not replaced; Terraform fails when it needs one after that. The mode broker has no such end.`,
  );
  return { variables: staticVariables(connection, idToken.token), idToken };
}

function tellCleared(cleared: readonly VariableChange[], { warn }: PipelineAgent): void {
  if (cleared.length === 0) return;
  const names = cleared.map(({ name }) => name).join(', ');
  warn(
    `Set empty for the steps that follow, because Terraform would sign in by them as someone else: ${names}. Remove them from the variables of this job.`,
  );
}
