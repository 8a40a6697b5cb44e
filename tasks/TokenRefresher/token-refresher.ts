import {
  azdVariables,
  managedIdentityVariables,
} from '../../src/delivery/variables/azure-variables.ts';
import { refuseSdkLeftovers } from '../../src/delivery/variables/leftovers.ts';
import { accessTokenFilesOf, accessTokenFileVariables } from '../../src/session/access-tokens.ts';
import type { Membership } from '../../src/session/join.ts';
import { orUndo } from '../../src/session/session.ts';
import { beginSignIn, publishSignIn } from '../shared/sign-in.ts';
import { join, type TaskWorld } from '../shared/task-world.ts';
import { readInputs } from './inputs.ts';

/** Keeps a connection signed in until the job ends, for every tool that can be given an address to ask. */
export async function tokenRefresher(world: TaskWorld): Promise<void> {
  const { agent } = world;
  const inputs = readInputs(agent);
  const { managedIdentity, accessTokens, keepOtherTasks } = inputs;
  refuseSdkLeftovers(agent.presentVariables());
  const files = accessTokenFilesOf(accessTokens, inputs.connection, agent.tempDirectory);
  const wishes = { places: files, keepOtherTasks };
  const signIn = (): Promise<Membership> => join(inputs.connection, wishes, world);
  const { session, connection } = await beginSignIn(inputs.connection, signIn, agent);
  const { endpoints } = session;
  const own = [
    ...azdVariables(endpoints),
    ...(managedIdentity ? managedIdentityVariables(endpoints) : []),
    ...accessTokenFileVariables(files),
  ];
  const otherTasks = { areKept: keepOtherTasks };
  await orUndo(session, async () => {
    publishSignIn(
      connection,
      session,
      { own, otherTasks, managedIdentity: 'instead of another' },
      agent,
    );
    if (managedIdentity) await session.expect('managedIdentity');
  });
}
