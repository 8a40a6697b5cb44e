import { accessTokenFilesOf, accessTokenFileVariables } from '../../src/broker/access-tokens.ts';
import { azureCliProfileBeside } from '../../src/delivery/state-directory.ts';
import {
  azdVariables,
  managedIdentityVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../src/delivery/azure-variables.ts';
import { followUps } from '../../src/delivery/earlier-sign-ins.ts';
import { refuseSdkLeftovers } from '../../src/delivery/leftovers.ts';
import { tellConnection, tellEndOfJob, tellIdToken } from '../../src/delivery/narration.ts';
import { noProxyVariables } from '../../src/delivery/no-proxy.ts';
import { outputsOf } from '../../src/delivery/outputs.ts';
import { publish } from '../../src/delivery/publish.ts';
import { join, type TaskWorld } from '../task-world.ts';
import { readInputs } from './inputs.ts';

/** Keeps a connection signed in until the job ends, for every tool that can be told where to ask. */
export async function tokenRefresher(world: TaskWorld): Promise<void> {
  const { agent } = world;
  const { connection, managedIdentity, accessTokens } = readInputs(agent);
  refuseSdkLeftovers(agent.presentVariables());
  tellConnection(connection, agent);
  const files = accessTokenFilesOf(accessTokens, connection, agent.tempDirectory);
  const session = await join(connection, files, world);
  tellIdToken(session.idToken, connection, true, agent);
  tellEndOfJob(agent.jobVariables.jobAccessToken, agent);
  const { tokenFile, endpoints } = session;
  const variables = [
    ...workloadIdentityVariables(connection, tokenFile),
    ...subscriptionVariables(connection),
    ...azdVariables(endpoints),
    ...(managedIdentity ? managedIdentityVariables(endpoints) : []),
    ...accessTokenFileVariables(files),
    ...noProxyVariables(agent.environment),
  ];
  const next = {
    connection,
    variables,
    endpoints,
    azureCliProfile: azureCliProfileBeside(tokenFile),
  };
  publish(
    {
      variables: [...variables, ...followUps(agent.environment, next, agent)],
      outputs: outputsOf(connection, session.idToken, session),
    },
    agent,
  );
}
