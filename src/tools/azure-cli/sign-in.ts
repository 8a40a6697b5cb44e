import { profileFiles } from '../../azure-cli/profile-files.ts';
import {
  azureCliProfileBeside,
  isWindowsPath,
  pathsOf,
} from '../../delivery/files/state-directory.ts';
import { refusal } from '../../errors.ts';
import type { Files, ToolOutcome, ToolRun } from '../../ports.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Session } from '../../session/session.ts';
import type { ToolSignIn, ToolWorld } from '../sign-in-tool.ts';
import { knownCredentials, toolFailure, type ToolAttempt } from '../tool-failure.ts';
import {
  azureCliConfig,
  brokerLoginEnvironment,
  cloudRegistration,
  homeOf,
  inheritedState,
  managedIdentityLogin,
  servicePrincipalLogin,
  subscriptionChoice,
  subscriptionState,
  tooOldForBroker,
} from './commands.ts';

/** A first start on a slow agent compiles a few hundred modules, and reads every subscription. */
const timeoutMs = 180_000;

type Run = (
  purpose: string,
  args: readonly string[],
  environment?: ToolRun['environment'],
) => Promise<{ outcome: ToolOutcome; attempt: ToolAttempt }>;

/**
 * Signs Azure CLI in, in a profile of its own: one process where it is recent and its first
 * subscription is the wanted one.
 * @returns the profile.
 * @throws {FederationError} with az's exit code or Entra's number.
 */
export async function signInAzureCli(
  program: string,
  whom: ToolSignIn,
  world: ToolWorld,
): Promise<string> {
  const { connection, session, azureCliSession } = whom;
  const profile = azureCliProfileBeside(session.tokenFile);
  const byBroker = azureCliSession === 'managedIdentity';
  if (byBroker && session.endpoints === undefined) throw needsRefresh();
  await prepareProfile(profile, connection, world);
  const run = runner(program, profile, connection, session, world);
  if (connection.cloud.name === 'AzureStack') await registerCloud(profile, connection, run, world);
  const output = await (byBroker
    ? loginByBroker(profile, connection, session, run, world)
    : loginAsServicePrincipal(connection, session, run));
  await choose(subscriptionState(output, connection), connection, run, world);
  await saveList(profile, world);
  world.agent.say(
    byBroker
      ? 'Azure CLI is signed in, and asks the broker for every token.'
      : `Azure CLI is signed in with the ID token${session.endpoints === undefined ? '' : ', which is replaced in its profile in time'}.`,
  );
  return profile;
}

async function prepareProfile(
  profile: string,
  { cloud }: ServiceConnection,
  { agent, files }: ToolWorld,
): Promise<void> {
  await files.makeInnerDirectory(profile);
  const config = pathsOf(profile).join(profile, 'config');
  // Of the same connection, from an earlier step, with what the job may have set since.
  if (await files.exists(config)) return;
  const home = homeOf(agent.environment, isWindowsPath(profile));
  const own = home === undefined ? undefined : pathsOf(profile).join(home, '.azure');
  const extensions = own === undefined ? undefined : pathsOf(profile).join(own, 'cliextensions');
  const hasAny = extensions !== undefined && (await files.exists(extensions));
  if (own !== undefined) await inherit(own, profile, files);
  // Last, since it marks a profile that is prepared.
  await files.replace(config, azureCliConfig(cloud.name, hasAny ? extensions : undefined));
}

/** A warm start, where the user's own profile allows one; it is no trouble where not. */
async function inherit(own: string, profile: string, files: Files): Promise<void> {
  const path = pathsOf(profile);
  for (const name of inheritedState) {
    const content = await files.read(path.join(own, name)).catch(() => undefined);
    if (content !== undefined) await files.replace(path.join(profile, name), content);
  }
}

function runner(
  program: string,
  profile: string,
  connection: ServiceConnection,
  session: Session,
  world: ToolWorld,
): Run {
  const { tools } = world;
  const { idToken } = session;
  return async (purpose, args, environment = {}) => ({
    attempt: {
      ...{ tool: 'Azure CLI', purpose, connection, idToken, timeoutMs },
      known: await knownCredentials(session, world),
    },
    outcome: await tools.run({
      program,
      arguments: args,
      environment: {
        AZURE_CONFIG_DIR: profile,
        // One of the job would win over the profile's, and lead the sign-in to another cloud.
        AZURE_CLOUD_NAME: connection.cloud.name,
        ...environment,
      },
      timeoutMs,
    }),
  });
}

/** Each command asks the broker, which a process that lasts for hours needs for several resources. */
async function loginByBroker(
  profile: string,
  connection: ServiceConnection,
  { endpoints }: Session,
  run: Run,
  { files }: ToolWorld,
): Promise<string> {
  const environment = endpoints === undefined ? {} : brokerLoginEnvironment(endpoints);
  const { outcome, attempt } = await run('sign in', managedIdentityLogin(connection), environment);
  // Az has written its version there by now, whether or not it could sign in.
  const index = await files.read(pathsOf(profile).join(profile, 'commandIndex.json'));
  const version = tooOldForBroker(outcome, index);
  if (version !== undefined) throw needsNewerAzureCli(version);
  if (outcome.exitCode !== 0) throw toolFailure(outcome, attempt);
  return outcome.output;
}

async function loginAsServicePrincipal(
  connection: ServiceConnection,
  { tokenFile }: Session,
  run: Run,
): Promise<string> {
  const { outcome, attempt } = await run('sign in', servicePrincipalLogin(connection, tokenFile));
  if (outcome.exitCode !== 0) throw toolFailure(outcome, attempt);
  return outcome.output;
}

/** The list as it is after the sign-in: the broker puts it back when a task clears the profile. */
async function saveList(profile: string, { files }: ToolWorld): Promise<void> {
  const { list, savedList } = profileFiles(profile);
  const content = await files.read(list);
  if (content !== undefined) await files.replace(savedList, content);
}

function needsRefresh(): Error {
  return refusal(
    'INPUT_INVALID',
    'The input azureCliSession is managedIdentity, but refresh is false; such a session asks the broker for every token.',
    'Leave refresh at true, or azureCliSession at servicePrincipal.',
  );
}

function needsNewerAzureCli(version: string): Error {
  return refusal(
    'AZURE_CLI_FAILED',
    `The input azureCliSession is managedIdentity, which needs Azure CLI 2.77 or later; this agent has ${version}.`,
    'Update Azure CLI on the agent, or leave azureCliSession at servicePrincipal, which every version knows.',
  );
}

async function registerCloud(
  profile: string,
  connection: ServiceConnection,
  run: Run,
  { files }: ToolWorld,
): Promise<void> {
  const clouds = await files.read(pathsOf(profile).join(profile, 'clouds.config'));
  if (clouds?.includes(`[${connection.cloud.name}]`) === true) return;
  // The profile names the cloud already; az would reset that, not knowing it yet.
  const environment = { AZURE_CLOUD_NAME: 'AzureCloud' };
  const registered = await run('register the cloud', cloudRegistration(connection), environment);
  if (registered.outcome.exitCode !== 0) {
    throw toolFailure(registered.outcome, registered.attempt);
  }
}

async function choose(
  state: ReturnType<typeof subscriptionState>,
  { name, subscriptionId = '' }: ServiceConnection,
  run: Run,
  { agent }: ToolWorld,
): Promise<void> {
  switch (state) {
    case 'chosen':
      return;
    case 'none listed':
      agent.warn(
        `Azure CLI is signed in to the tenant only: it sees no subscription in which the identity of "${name}" has a role.`,
      );
      return;
    case 'not listed':
      // With another subscription as its default, a command would work on the wrong one.
      throw refusal(
        'AZURE_CLI_FAILED',
        `Azure CLI does not see subscription ${subscriptionId} among those in which the identity of "${name}" has a role.`,
        'Give the identity a role in the subscription, or name another one.',
      );
    case 'to choose': {
      const { outcome, attempt } = await run(
        'choose the subscription',
        subscriptionChoice(subscriptionId),
      );
      if (outcome.exitCode !== 0) throw toolFailure(outcome, attempt);
    }
  }
}
