import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { publish } from '../../src/agent/publish.ts';
import type { VariableChange } from '../../src/agent/variable-change.ts';
import { tellConnection, tellIdToken, utc } from '../../src/delivery/log.ts';
import {
  clearedTerraformLeftovers,
  refuseSdkLeftovers,
  refuseTerraformDestinations,
} from '../../src/delivery/variables/leftovers.ts';
import { outputsOf } from '../../src/delivery/variables/outputs.ts';
import { warnOfOtherSubscription } from '../../src/delivery/variables/subscription-choice.ts';
import {
  brokerVariables,
  nativeVariables,
  organizationVariable,
  organizationVariables,
  prefixedVariables,
  staticVariables,
} from '../../src/delivery/variables/terraform-variables.ts';
import type { IdTokenFacts } from '../../src/id-token/id-token.ts';
import { readJob } from '../../src/id-token/job.ts';
import {
  withNameFrom,
  type ServiceConnection,
} from '../../src/service-connection/service-connection.ts';
import type { Membership } from '../../src/session/join.ts';
import { idTokenOnce } from '../../src/session/once.ts';
import { orUndo } from '../../src/session/session.ts';
import type { Waiting } from '../../src/upstream/retry-policy.ts';
import { beginSignIn, publishSignIn } from '../shared/sign-in.ts';
import { join, loggedWhileSlow, type TaskWorld } from '../shared/task-world.ts';
import { readInputs } from './inputs.ts';

/** Gives Terraform, OpenTofu and their providers an identity, and the way to its ID tokens. */
export async function terraformOidcEnv(world: TaskWorld): Promise<void> {
  const inputs = readInputs(world.agent);
  switch (inputs.mode) {
    case 'broker':
      return inputs.tfVarPrefix === undefined
        ? throughBroker(inputs.connection, world)
        : secondIdentity(inputs.connection, inputs.tfVarPrefix, world);
    case 'native': {
      askAzureDevOpsItself(inputs.connection, world.agent);
      return;
    }
    case 'static':
      return oneToken(inputs.connection, world);
  }
}

async function throughBroker(named: ServiceConnection, world: TaskWorld): Promise<void> {
  const { agent } = world;
  refuseSdkLeftovers(agent.presentVariables());
  const signIn = (): Promise<Membership> => join(named, {}, world);
  const { session, connection } = await beginSignIn(named, signIn, agent);
  const own = [
    ...brokerVariables(connection, session.endpoints),
    ...organizationOf(connection, agent),
  ];
  const exported = [...own, ...clearLeftovers(own, connection, agent)];
  await orUndo(session, async () => {
    publishSignIn(
      connection,
      session,
      { own: exported, otherTasks: { areKept: false }, managedIdentity: 'instead of another' },
      agent,
    );
    await session.expect('terraform');
  });
}

/** Only variables of the author's own names: the backend and other providers keep the first one. */
async function secondIdentity(
  connection: ServiceConnection,
  prefix: string,
  world: TaskWorld,
): Promise<void> {
  const { agent } = world;
  refuseTerraformDestinations(agent.presentVariables(), connection.cloud);
  const signIn = (): Promise<Membership> => join(connection, {}, world);
  const { session } = await beginSignIn(connection, signIn, agent);
  const { endpoints, idToken } = session;
  const variables = prefixedVariables(prefix, connection, endpoints);
  await orUndo(session, async () => {
    publish({ variables, outputs: outputsOf(connection, idToken, session) }, agent);
    await session.expect('terraform-variables');
  });
}

/** @throws {FederationError} where the providers would send the job's access token elsewhere. */
function askAzureDevOpsItself(connection: ServiceConnection, agent: PipelineAgent): void {
  tellConnection(connection, agent);
  readJob(agent.jobVariables);
  agent.say(
    'Providers ask Azure DevOps themselves: map SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the env of each Terraform step.',
  );
  publishWithoutBroker(connection, nativeVariables(connection), undefined, agent);
}

async function oneToken(connection: ServiceConnection, world: TaskWorld): Promise<void> {
  const { agent } = world;
  tellConnection(connection, agent);
  const job = readJob(agent.jobVariables);
  const upstream = await world.upstream();
  let trouble: () => Waiting | undefined = () => undefined;
  const asking = idTokenOnce(connection, job, (now) => (trouble = now), upstream);
  const what = `the ID token of service connection ${connection.name}`;
  const { clock } = upstream;
  const idToken = await loggedWhileSlow(connection, what, asking, () => trouble(), agent, clock);
  tellIdToken(idToken, withNameFrom(idToken, connection), false, agent);
  agent.warn(
    `The ID token in ARM_OIDC_TOKEN expires at ${utc(idToken.expiresOn)} and is not replaced; Terraform fails when it needs one after that. The mode broker has no such end.`,
  );
  publishWithoutBroker(connection, staticVariables(connection, idToken.token), idToken, agent);
}

function publishWithoutBroker(
  connection: ServiceConnection,
  own: readonly VariableChange[],
  idToken: IdTokenFacts | undefined,
  agent: PipelineAgent,
): void {
  const variables = [
    ...own,
    ...organizationOf(connection, agent),
    ...clearLeftovers(own, connection, agent),
  ];
  warnOfOtherSubscription(variables, agent);
  publish({ variables, outputs: outputsOf(connection, idToken) }, agent);
}

/** The organization for the provider azuredevops; warns where the job has another service there. */
function organizationOf(
  connection: ServiceConnection,
  { jobVariables, environment, warn }: PipelineAgent,
): readonly VariableChange[] {
  const { collectionUri } = readJob(jobVariables);
  const changes = organizationVariables(connection, collectionUri, environment);
  const isWrittenOver = (environment[organizationVariable] ?? '') !== '' && changes.length > 0;
  if (isWrittenOver) {
    warn(
      `Set ${organizationVariable} to the organization of this job, because Terraform would send its token to an address that is not Azure DevOps'. Remove it from the variables of this job, or name https://dev.azure.com/ and the organization.`,
    );
  }
  return changes;
}

/** The variables to set empty, since Terraform would use them in place of ours; warns of them. */
function clearLeftovers(
  exported: readonly VariableChange[],
  connection: ServiceConnection,
  agent: PipelineAgent,
): readonly VariableChange[] {
  const present = agent.presentVariables();
  const cleared = clearedTerraformLeftovers(present, exported, connection, agent.environment);
  if (cleared.length === 0) return [];
  const names = cleared.map(({ name }) => name).join(', ');
  agent.warn(
    `Set empty for the steps that follow, because Terraform would sign in by them as someone else, or send tokens elsewhere: ${names}. Remove them from the variables of this job.`,
  );
  return cleared;
}
