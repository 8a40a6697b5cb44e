import { publish, refuseSecretNames } from '../../src/agent/publish.ts';
import { namesOf } from '../../src/agent/variable-change.ts';
import { stateDirectoryIn } from '../../src/delivery/files/state-directory.ts';
import {
  azdNames,
  azdVariables,
  identityNames,
  managedIdentityNames,
  subscriptionVariables,
} from '../../src/delivery/variables/azure-variables.ts';
import { refuseSdkLeftovers } from '../../src/delivery/variables/leftovers.ts';
import { outputsOf } from '../../src/delivery/variables/outputs.ts';
import { tokenFileBesidePowerShell } from '../../src/delivery/variables/token-file.ts';
import { readJob } from '../../src/id-token/job.ts';
import type { SharedFolders } from '../../src/ports.ts';
import { requireAllowed } from '../../src/service-connection/allowed-identities.ts';
import {
  accessTokenFilesOf,
  accessTokenFileVariables,
  accessTokenVariables,
} from '../../src/session/access-tokens.ts';
import { signInOnce } from '../../src/session/once.ts';
import { remembered } from '../../src/session/remembered.ts';
import { orUndo, type Session } from '../../src/session/session.ts';
import {
  subscriptionsOf,
  verifyInOrganization,
  verifySession,
  type FirstUse,
} from '../../src/session/verification.ts';
import { behindAgentProxy } from '../../src/tools/agent-proxy.ts';
import { isNamed, leavesIdentity } from '../../src/tools/tool-choice.ts';
import {
  findTools,
  placesOf,
  signInTools,
  usesOf,
  writesSession,
  type FoundTools,
} from '../../src/tools/tools.ts';
import type { Waiting } from '../../src/upstream/retry-policy.ts';
import { beginSignIn, publishSignIn } from '../shared/sign-in.ts';
import { join, loggedWhileSlow, type TaskWorld } from '../shared/task-world.ts';
import { readInputs, type FederatedLoginInputs } from './inputs.ts';

/** What signing tools in asks of the world beside what every task does. */
export interface FederatedLoginWorld extends TaskWorld {
  /** For what the tools themselves write to as well. */
  readonly shared: SharedFolders;
}

/** Signs the tools of the job in, and gives every Azure SDK what it needs to do the same. */
export async function federatedLogin(world: FederatedLoginWorld): Promise<void> {
  const { agent } = world;
  const inputs = readInputs(agent);
  const { azureCliSession } = inputs;
  requireAllowed(inputs.connection, inputs.allowed);
  const isBeside = leavesIdentity(inputs.tools);
  const variables = agent.presentVariables();
  if (!isBeside) refuseSdkLeftovers(variables);
  const { folders, shared } = world;
  const machine = { tools: world.tools, folders, environment: agent.environment, variables };
  const found = await findTools(inputs.tools, inputs.connection, machine);
  refuseSecretNames(exportedNames(inputs, found), variables);
  const begun = await beginSignIn(inputs.connection, () => signIn(inputs, found, world), agent);
  const { session, connection } = begun;
  await orUndo(session, async () => {
    const firstUse = await useOnce({ ...inputs, connection }, found, session, world);
    const { subscriptions = [], accessTokenLifeMs } = firstUse;
    const job = readJob(agent.jobVariables);
    const whom = { connection, session, job, azureCliSession, subscriptions };
    const tools = behindAgentProxy(world.tools, agent, connection);
    const { files, clock } = world.join;
    const toolWorld = { agent, tools, files, folders, shared, clock };
    const accessTokens = await accessTokenVariables(inputs.accessTokens, session);
    // After all requests: it writes into the profile that earlier steps of the job use.
    const signedIn = await signInTools(found, whom, toolWorld);
    const tokenFile = signedIn.prefersTokenFile
      ? tokenFileBesidePowerShell(
          agent.environment,
          isNamed(inputs.tools, 'azurePowerShell'),
          agent,
        )
      : 'exported';
    const asked = [
      ...signedIn.variables,
      ...accessTokens,
      ...accessTokenFileVariables(accessTokenFiles(inputs, world)),
    ];
    if (isBeside) {
      publish(
        { variables: asked, outputs: outputsOf(connection, session.idToken, session) },
        agent,
      );
      return;
    }
    const { endpoints } = session;
    const own = [...(endpoints === undefined ? [] : azdVariables(endpoints)), ...asked];
    const otherTasks = { areKept: inputs.refresh && inputs.keepOtherTasks, accessTokenLifeMs };
    const exports = { own, otherTasks, managedIdentity: 'always', tokenFile } as const;
    publishSignIn(connection, session, exports, agent);
    for (const use of usesOf(found, azureCliSession)) await session.expect?.(use);
  });
}

/** What later steps are to read. Where the job cannot have one of them, nothing is begun. */
function exportedNames(
  { connection, tools, refresh, accessTokens }: FederatedLoginInputs,
  found: FoundTools,
): readonly string[] {
  const identity = [...identityNames, ...namesOf(subscriptionVariables(connection))];
  const endpoints = refresh ? [...azdNames, ...managedIdentityNames] : [];
  return [
    ...(leavesIdentity(tools) ? [] : [...identity, ...endpoints]),
    ...(writesSession(found) ? ['AZURE_CONFIG_DIR'] : []),
    ...accessTokens.map(({ name }) => `${name}_EXPIRES_ON`),
    ...(refresh ? accessTokens.map(({ name }) => `${name}_FILE`) : []),
  ];
}

/**
 * Uses the session once, as far as the author wants it verified, or a tool's session needs the list of
 * subscriptions. A session for Azure DevOps has none, and git alone needs none.
 */
async function useOnce(
  { connection, tools, verify }: FederatedLoginInputs,
  found: FoundTools,
  session: Session,
  { agent, upstream }: TaskWorld,
): Promise<Partial<FirstUse>> {
  if (connection.kind === 'azureRM' && writesSession(found)) {
    return subscriptionsOf(connection, session, verify, agent, await upstream());
  }
  if (!verify) return {};
  const { collectionUri } = readJob(agent.jobVariables);
  const world = await upstream();
  const used = leavesIdentity(tools) ? verifyInOrganization : verifySession;
  return { accessTokenLifeMs: await used(connection, session, collectionUri, agent, world) };
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
    const places = [...accessTokenFiles(inputs, world), ...placesOf(found, tokenFile, connection)];
    // Where Azure is left alone, only a no is passed on: it wins over what other steps said.
    const keepOtherTasks =
      leavesIdentity(inputs.tools) && inputs.keepOtherTasks ? undefined : inputs.keepOtherTasks;
    return join(connection, { places, keepOtherTasks }, world);
  }
  const job = readJob(agent.jobVariables);
  const { tempDirectory } = agent;
  const upstream = await world.upstream();
  const listsSubscriptions = connection.kind === 'azureRM' && writesSession(found);
  if (inputs.verify || listsSubscriptions) upstream.entra.dial(connection.authorityHost);
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
