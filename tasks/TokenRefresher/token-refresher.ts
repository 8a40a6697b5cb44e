import { accessTokenFilesOf, accessTokenFileVariables } from '../../src/broker/access-tokens.ts';
import {
  azdVariables,
  managedIdentityVariables,
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../src/delivery/azure-variables.ts';
import { refuseSdkLeftovers } from '../../src/delivery/leftovers.ts';
import { tellConnection, tellIdToken } from '../../src/delivery/narration.ts';
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
  publish(
    {
      variables: [
        ...workloadIdentityVariables(connection, session.tokenFile),
        ...subscriptionVariables(connection),
        ...azdVariables(session.endpoints),
        ...(managedIdentity ? managedIdentityVariables(session.endpoints) : []),
        ...accessTokenFileVariables(accessTokens, files),
        ...noProxyVariables(agent.environment),
      ],
      outputs: outputsOf(connection, session.idToken),
    },
    agent,
  );
}
