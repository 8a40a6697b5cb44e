import { publish } from '../../src/agent/publish.ts';
import { azureCliProfileBeside } from '../../src/delivery/files/state-directory.ts';
import { tellConnection, tellEndOfJob, tellIdToken } from '../../src/delivery/log.ts';
import {
  azdVariables,
  managedIdentityVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../src/delivery/variables/azure-variables.ts';
import { followUps } from '../../src/delivery/variables/earlier-sign-ins.ts';
import { refuseSdkLeftovers } from '../../src/delivery/variables/leftovers.ts';
import { noProxyVariables } from '../../src/delivery/variables/no-proxy.ts';
import { outputsOf } from '../../src/delivery/variables/outputs.ts';
import { accessTokenFilesOf, accessTokenFileVariables } from '../../src/session/access-tokens.ts';
import { join, type TaskWorld } from '../shared/task-world.ts';
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
