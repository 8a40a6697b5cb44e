import { publish } from '../../src/agent/publish.ts';
import type { VariableChange } from '../../src/agent/variable-change.ts';
import { azureCliProfileBeside } from '../../src/delivery/files/state-directory.ts';
import { tellConnection, tellEndOfJob, tellIdToken } from '../../src/delivery/log.ts';
import {
  azdVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../src/delivery/variables/azure-variables.ts';
import { followUps } from '../../src/delivery/variables/earlier-sign-ins.ts';
import { refuseSdkLeftovers } from '../../src/delivery/variables/leftovers.ts';
import { noProxyVariables } from '../../src/delivery/variables/no-proxy.ts';
import { outputsOf } from '../../src/delivery/variables/outputs.ts';
import { readJob } from '../../src/id-token/job.ts';
import { requireAllowed } from '../../src/service-connection/allowed-identities.ts';
import {
  accessTokenFilesOf,
  accessTokenFileVariables,
  accessTokenVariables,
} from '../../src/session/access-tokens.ts';
import { signInOnce } from '../../src/session/once.ts';
import { remembered } from '../../src/session/remembered.ts';
import { orUndo, verifySession, type Session } from '../../src/session/session.ts';
import { findTools, signInTools } from '../../src/tools/tools.ts';
import { join, toldWhenSlow, type TaskWorld } from '../shared/task-world.ts';
import { readInputs, type FederatedLoginInputs } from './inputs.ts';

/** Signs the tools of the job in, and tells every Azure SDK who they are. */
export async function federatedLogin(world: TaskWorld): Promise<void> {
  const { agent } = world;
  const inputs = readInputs(agent);
  const { connection } = inputs;
  requireAllowed(connection, inputs.allowed);
  refuseSdkLeftovers(agent.presentVariables());
  const found = await findTools(inputs.tools, world.tools);
  tellConnection(connection, agent);
  const session = await signIn(inputs, world);
  await orUndo(session, async () => {
    tellIdToken(session.idToken, connection, inputs.refresh, agent);
    if (inputs.refresh) tellEndOfJob(agent.jobVariables.jobAccessToken, agent);
    if (inputs.verify) await verifySession(connection, session, agent, await world.upstream());
    const { jobId } = readJob(agent.jobVariables);
    const toolWorld = { agent, tools: world.tools, files: world.join.files };
    const toolVariables = await signInTools(found, { connection, session, jobId }, toolWorld);
    const files = accessTokenFiles(inputs, world);
    const variables = [
      ...sessionVariables(session, inputs, world),
      ...toolVariables,
      ...(await accessTokenVariables(inputs.accessTokens, session)),
      ...accessTokenFileVariables(files),
    ];
    const azureCliProfile = azureCliProfileBeside(session.tokenFile);
    const next = { connection, variables, endpoints: session.endpoints, azureCliProfile };
    publish(
      {
        variables: [...variables, ...followUps(agent.environment, next, agent)],
        outputs: outputsOf(connection, session.idToken, session),
      },
      agent,
    );
  });
}

async function signIn(inputs: FederatedLoginInputs, world: TaskWorld): Promise<Session> {
  const { connection } = inputs;
  if (inputs.refresh) return join(connection, accessTokenFiles(inputs, world), world);
  const { agent } = world;
  const job = readJob(agent.jobVariables);
  const { tempDirectory } = agent;
  const upstream = await world.upstream();
  if (inputs.verify) upstream.entra.dial(connection.authorityHost);
  const signingIn = signInOnce(
    connection,
    { job, tempDirectory },
    (directory) => agent.remember(remembered.directory, directory ?? ''),
    upstream,
  );
  return toldWhenSlow(signingIn, agent, upstream.clock);
}

function accessTokenFiles(
  { connection, refresh, accessTokens }: FederatedLoginInputs,
  { agent }: TaskWorld,
): ReturnType<typeof accessTokenFilesOf> {
  return refresh ? accessTokenFilesOf(accessTokens, connection, agent.tempDirectory) : [];
}

function sessionVariables(
  { tokenFile, endpoints }: Session,
  { connection }: FederatedLoginInputs,
  { agent }: TaskWorld,
): readonly VariableChange[] {
  return [
    ...workloadIdentityVariables(connection, tokenFile),
    ...subscriptionVariables(connection),
    ...(endpoints === undefined
      ? []
      : [...azdVariables(endpoints), ...noProxyVariables(agent.environment)]),
  ];
}
