import { profileFiles } from '../../azure-cli/profile-files.ts';
import { managedIdentityEnvironment } from '../../delivery/variables/azure-variables.ts';
import { refusal } from '../../errors.ts';
import { isObject, isSame, parsed } from '../../json-text.ts';
import type { ToolOutcome, ToolRun } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type {
  AzureConnection,
  ServiceConnection,
} from '../../service-connection/service-connection.ts';
import type { Session } from '../../session/session.ts';
import type { Endpoints } from '../../wire/endpoints.ts';
import type { ToolSignIn, ToolWorld } from '../sign-in-tool.ts';
import { knownCredentials, toolFailure, type ToolAttempt } from '../tool-failure.ts';
import { isAtLeast } from '../version.ts';
import { firstForBroker, needsNewerAzureCli, noSubscriptionWarning } from './session-rules.ts';

/** A first start on a slow agent compiles a few hundred modules, and reads every subscription. */
const timeoutMs = 180_000;

/** What every call says: answers as JSON whatever the job prefers, and no advice beside them. */
const common = ['--only-show-errors', '--output', 'json'];

type Run = (
  purpose: string,
  args: readonly string[],
  environment?: ToolRun['environment'],
) => Promise<{ outcome: ToolOutcome; attempt: ToolAttempt }>;

/**
 * Signs Azure CLI in by `az login`, in a profile that is prepared: for an Azure CLI of which we do not
 * know which files it keeps. One process where its first subscription is the wanted one.
 * @throws {FederationError} with az's exit code or Entra's number.
 */
export async function loginAzureCli(
  program: string,
  profile: string,
  { connection, session, azureCliSession }: ToolSignIn,
  world: ToolWorld,
): Promise<void> {
  const run = runner(program, profile, connection, session, world);
  if (connection.kind === 'azureRM' && connection.cloud.name === 'AzureStack') {
    await registerCloud(profile, connection, run, world);
  }
  const output = await (azureCliSession === 'managedIdentity'
    ? loginByBroker(profile, connection, session, run, world)
    : loginAsServicePrincipal(connection, session, run));
  await choose(subscriptionState(output, connection), connection, run, world);
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
        // Whoever sets one would have az send the ID token to a host that nobody has checked.
        AZURE_CLI_DISABLE_CONNECTION_VERIFICATION: undefined,
        ADAL_PYTHON_SSL_NO_VERIFY: undefined,
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
  const index = await files.read(profileFiles(profile).commandIndex);
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

async function registerCloud(
  profile: string,
  connection: AzureConnection,
  run: Run,
  { files }: ToolWorld,
): Promise<void> {
  const clouds = await files.read(profileFiles(profile).clouds);
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
      agent.warn(noSubscriptionWarning(name));
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

/** Signs in by the broker: whatever comes later asks it again, and never outlives its tokens. */
export function managedIdentityLogin({ clientId }: ServiceConnection): readonly string[] {
  return ['login', '--identity', '--client-id', clientId, '--allow-no-subscriptions', ...common];
}

/** Signs in with the ID token of this moment; az reads the file itself, for its argument `@…`. */
export function servicePrincipalLogin(
  { clientId, tenantId }: ServiceConnection,
  tokenFile: string,
): readonly string[] {
  return [
    'login',
    '--service-principal',
    '--username',
    clientId,
    '--tenant',
    tenantId,
    '--federated-token',
    `@${tokenFile}`,
    '--allow-no-subscriptions',
    ...common,
  ];
}

/**
 * An Azure Stack tells its endpoints itself, by its Resource Manager. No API profile is named: recent
 * versions of az know but one, and a job on an older one can choose its own (`az cloud update`).
 */
export function cloudRegistration(connection: AzureConnection): readonly string[] {
  const { cloud, resourceManager } = connection;
  return [
    'cloud',
    'register',
    '--name',
    cloud.name,
    '--endpoint-resource-manager',
    // Az puts its path behind the address as it is.
    resourceManager.href.replace(/\/$/, ''),
    ...common,
  ];
}

export function subscriptionChoice(subscriptionId: string): readonly string[] {
  return ['account', 'set', '--subscription', subscriptionId, ...common];
}

/**
 * The environment of a sign-in by the broker. Versions before 2.71 know App Service by another
 * variable only, and without it would ask the virtual machine that the agent runs on, which may
 * have an identity of its own: so they get an address that turns them away.
 */
export function brokerLoginEnvironment(
  endpoints: Endpoints,
): Readonly<Record<string, string | Secret>> {
  return { ...managedIdentityEnvironment(endpoints), MSI_ENDPOINT: endpoints.managedIdentityUrl };
}

/**
 * The version of an az that is too old for a session by the broker: the index of commands, which it
 * has written in the new profile by then, names it; or it did not know the arguments (exit code 2).
 * @param commandIndex the content of `commandIndex.json`.
 * @returns undefined for one that is recent enough, as far as can be told.
 */
export function tooOldForBroker(
  { exitCode }: Pick<ToolOutcome, 'exitCode'>,
  commandIndex: string | undefined,
): string | undefined {
  const [, version] = /"version":\s*"(\d+\.\d+\.[\w.]+)"/.exec(commandIndex ?? '') ?? [];
  if (version === undefined) return exitCode === 2 ? 'an older one' : undefined;
  return isAtLeast(version, firstForBroker) ? undefined : version;
}

/** What a sign-in means for the subscription that the job wants. */
export type SubscriptionState = 'chosen' | 'to choose' | 'not listed' | 'none listed';

/**
 * Reads the list that `az login` prints. An identity without any role has one entry with the ID
 * of its tenant in place of a subscription.
 */
export function subscriptionState(
  output: string,
  { subscriptionId, tenantId }: Pick<ServiceConnection, 'subscriptionId' | 'tenantId'>,
): SubscriptionState {
  if (subscriptionId === undefined) return 'chosen';
  const listed = accountsIn(output).filter(({ id }) => !isSame(id, tenantId));
  const wanted = listed.find(({ id }) => isSame(id, subscriptionId));
  if (wanted !== undefined) return wanted.isDefault ? 'chosen' : 'to choose';
  return listed.length === 0 ? 'none listed' : 'not listed';
}

function accountsIn(output: string): readonly { id: string; isDefault: boolean }[] {
  const accounts = parsed(output);
  if (!Array.isArray(accounts)) return [];
  return accounts
    .filter(isObject)
    .flatMap(({ id, isDefault }) =>
      typeof id === 'string' ? [{ id, isDefault: isDefault === true }] : [],
    );
}
