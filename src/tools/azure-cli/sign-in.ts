import type { Subscription } from '../../access-token/subscriptions.ts';
import { writeAzureDevOpsDefaults } from '../../azure-cli/azure-devops-defaults.ts';
import { saveList, writeSession } from '../../azure-cli/new-session.ts';
import { prepareProfile } from '../../azure-cli/settings.ts';
import { azureCliProfile } from '../../delivery/files/state-directory.ts';
import { FederationError, kindOfError, refusal } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import type { Cloud } from '../../service-connection/cloud.ts';
import type { OneSignIn, SignInPlan, ToolSignIn, ToolWorld } from '../sign-in-tool.ts';
import { isAtLeast } from '../version.ts';
import { loginAzureCli } from './login.ts';
import {
  firstForBroker,
  needsNewerAzureCli,
  needsRefresh,
  noSubscriptionWarning,
} from './session-rules.ts';

/**
 * Signs Azure CLI in, in a profile of its own: its session is written, where the version is one of which
 * we know the files, and az signs itself in where not.
 * @returns the profile.
 * @throws {FederationError} what is wrong; of az itself with its exit code or Entra's number.
 */
export async function signInAzureCli(
  program: string,
  whom: OneSignIn,
  world: ToolWorld,
): Promise<string> {
  const { connection, session, job, azureCliSession, plan } = whom;
  const { agent, files } = world;
  const profile = profileOf(session.tokenFile, connection.cloud, plan);
  const byBroker = azureCliSession === 'managedIdentity';
  if (byBroker && session.endpoints === undefined) throw needsRefresh();
  await prepareProfile(profile, connection.cloud.name, agent.environment, files);
  if (connection.kind === 'azureDevOps') {
    const { SYSTEM_TEAMPROJECT: project } = agent.environment;
    await writeAzureDevOpsDefaults(profile, { organization: job.collectionUri, project }, files);
  }
  if (plan.kind === 'written') {
    if (byBroker && !isAtLeast(plan.version, firstForBroker)) {
      throw needsNewerAzureCli(plan.version);
    }
    await write(profile, whom, world);
    agent.debug(`The session of Azure CLI ${plan.version} was written without starting it.`);
  } else {
    agent.debug(`Azure CLI signs itself in by az login: ${plan.why}.`);
    await loginAzureCli(program, profile, whom, world);
    await saveList(profile, files);
  }
  agent.say(
    byBroker
      ? 'Azure CLI is signed in, and asks the broker for every token.'
      : `Azure CLI is signed in with the ID token${session.endpoints === undefined ? '' : ', which is replaced in its profile in time'}.`,
  );
  return profile;
}

/**
 * The profile of a sign-in. Az itself may fail in the middle of one, with the session of an earlier
 * step gone: it gets a profile of this connection alone.
 */
export function profileOf(tokenFile: string, cloud: Cloud, { kind }: SignInPlan): string {
  return azureCliProfile(tokenFile, cloud, { mayShare: kind === 'written' });
}

async function write(
  profile: string,
  { connection, session, azureCliSession, subscriptions }: ToolSignIn,
  world: ToolWorld,
): Promise<void> {
  const { clientId, tenantId, cloud, subscriptionId: wanted, name } = connection;
  const user = { clientId, tenantId, session: azureCliSession, cloudName: cloud.name };
  const idToken = azureCliSession === 'servicePrincipal' ? await storedIdToken(session, world) : {};
  const { files, shared: folders, clock } = world;
  const profileWorld = { files, folders, clock };
  await writeSession(profile, { user, subscriptions, wanted, ...idToken }, profileWorld).catch(
    (error: unknown) => {
      throw error instanceof FederationError ? error : notWritten(error, name);
    },
  );
  if (isWithout(subscriptions, wanted)) world.agent.warn(noSubscriptionWarning(name));
}

function notWritten(error: unknown, connection: string): FederationError {
  return refusal(
    'AZURE_CLI_FAILED',
    `The session of Azure CLI could not be written for the service connection "${connection}" (${kindOfError(error)}).`,
    'Look for a full disk, or what else forbids writing in the temp folder of the agent.',
  );
}

function isWithout(subscriptions: readonly Subscription[], wanted: string | undefined): boolean {
  return wanted !== undefined && subscriptions.length === 0;
}

/** From the file that the broker keeps fresh: the one that the sign-in got may be a minute old. */
async function storedIdToken(
  { tokenFile }: ToolSignIn['session'],
  { files }: ToolWorld,
): Promise<{ readonly idToken: Secret }> {
  const text = await files.read(tokenFile);
  if (text !== undefined) return { idToken: new Secret(text) };
  throw refusal(
    'AZURE_CLI_FAILED',
    'Azure CLI could not be signed in: the token file of this sign-in is gone.',
    'Look for what empties the temp folder of the agent while a job runs.',
  );
}
