import { stateDirectoryIn } from '../../src/delivery/files/state-directory.ts';
import { azdVariables } from '../../src/delivery/variables/azure-variables.ts';
import { refuseSdkLeftovers } from '../../src/delivery/variables/leftovers.ts';
import { tokenFileBesidePowerShell } from '../../src/delivery/variables/token-file.ts';
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
import { behindAgentProxy } from '../../src/tools/agent-proxy.ts';
import { isNamed } from '../../src/tools/tool-choice.ts';
import {
  findTools,
  placesOf,
  signInTools,
  usesOf,
  type FoundTools,
} from '../../src/tools/tools.ts';
import type { Waiting } from '../../src/upstream/retry-policy.ts';
import { beginSignIn, publishSignIn } from '../shared/sign-in.ts';
import { join, loggedWhileSlow, type TaskWorld } from '../shared/task-world.ts';
import { readInputs, type FederatedLoginInputs } from './inputs.ts';

/** Signs the tools of the job in, and gives every Azure SDK what it needs to do the same. */
export async function federatedLogin(world: TaskWorld): Promise<void> {
  const { agent } = world;
  const inputs = readInputs(agent);
  requireAllowed(inputs.connection, inputs.allowed);
  refuseSdkLeftovers(agent.presentVariables());
  const found = await findTools(inputs.tools, world.tools);
  const begun = await beginSignIn(inputs.connection, () => signIn(inputs, found, world), agent);
  const { session, connection } = begun;
  await orUndo(session, async () => {
    const accessTokenLifeMs = inputs.verify
      ? await verifySession(connection, session, agent, await world.upstream())
      : undefined;
    const { jobId } = readJob(agent.jobVariables);
    const { azureCliSession } = inputs;
    const whom = { connection, session, jobId, azureCliSession };
    const tools = behindAgentProxy(world.tools, agent, connection);
    const { folders } = world;
    const toolWorld = { agent, tools, folders, files: world.join.files };
    const signedIn = await signInTools(found, whom, toolWorld);
    const tokenFile = signedIn.prefersTokenFile
      ? tokenFileBesidePowerShell(
          agent.environment,
          isNamed(inputs.tools, 'azurePowerShell'),
          agent,
        )
      : 'exported';
    const own = [
      ...(session.endpoints === undefined ? [] : azdVariables(session.endpoints)),
      ...signedIn.variables,
      ...(await accessTokenVariables(inputs.accessTokens, session)),
      ...accessTokenFileVariables(accessTokenFiles(inputs, world)),
    ];
    const otherTasks = { areKept: inputs.refresh && inputs.keepOtherTasks, accessTokenLifeMs };
    const exports = { own, otherTasks, managedIdentity: 'always', tokenFile } as const;
    publishSignIn(connection, session, exports, agent);
    for (const use of usesOf(found, azureCliSession)) await session.expect?.(use);
  });
}

async function signIn(
  inputs: FederatedLoginInputs,
  found: FoundTools,
  world: TaskWorld,
): Promise<Session> {
  const { connection } = inputs;
  const { agent } = world;
  if (inputs.refresh) {
    const tokenFile = stateDirectoryIn(agent.tempDirectory).tokenFile(connection.id);
    const places = [...accessTokenFiles(inputs, world), ...placesOf(found, tokenFile)];
    return join(connection, { places, keepOtherTasks: inputs.keepOtherTasks }, world);
  }
  const job = readJob(agent.jobVariables);
  const { tempDirectory } = agent;
  const upstream = await world.upstream();
  if (inputs.verify) upstream.entra.dial(connection.authorityHost);
  const trouble: { now: () => Waiting | undefined } = { now: () => undefined };
  const logged = <T>(what: string, work: Promise<T>): Promise<T> =>
    loggedWhileSlow(connection, what, work, () => trouble.now(), agent, upstream.clock);
  const session = await logged(
    `the first token of service connection ${connection.name}`,
    signInOnce(
      connection,
      { job, tempDirectory },
      (directory) => agent.remember(remembered.directory, directory ?? ''),
      (now) => (trouble.now = now),
      upstream,
    ),
  );
  const accessToken: Session['accessToken'] = (scope) =>
    logged(`the access token for ${scope}`, session.accessToken(scope));
  return { ...session, accessToken };
}

function accessTokenFiles(
  { connection, refresh, accessTokens }: FederatedLoginInputs,
  { agent }: TaskWorld,
): ReturnType<typeof accessTokenFilesOf> {
  return refresh ? accessTokenFilesOf(accessTokens, connection, agent.tempDirectory) : [];
}
