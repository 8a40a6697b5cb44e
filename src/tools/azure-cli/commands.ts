import { managedIdentityEnvironment } from '../../delivery/variables/azure-variables.ts';
import type { ToolOutcome } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { CloudName } from '../../service-connection/cloud.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Endpoints } from '../../wire/endpoints.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What every call says: answers as JSON whatever the job prefers, and no advice beside them. */
const common = ['--only-show-errors', '--output', 'json'];

/** The first version in whose managed identity session a token for the own tenant can be named. */
const firstForBroker = [2, 77] as const;

/**
 * The private profile's `config` file
 * (https://learn.microsoft.com/cli/azure/azure-cli-configuration): what would otherwise take an
 * `az cloud set` and an `az config set`, at a process each.
 */
export function azureCliConfig(cloud: CloudName, extensionDirectory: string | undefined): string {
  const lines = [
    '[core]',
    'collect_telemetry = no',
    'survey_message = no',
    'login_experience_v2 = off',
    // Versions 2.71 and 2.72 need it, 2.73 and later have it so unless someone says otherwise.
    'use_msal_managed_identity = yes',
    // Windows would encrypt the assertion, and the broker could not replace it.
    'encrypt_token_cache = no',
    '[logging]',
    'enable_log_file = no',
    '[cloud]',
    `name = ${cloud}`,
    // Extensions lie in the profile unless it says where; the user's own are to stay in reach.
    ...(extensionDirectory === undefined
      ? []
      : ['[extension]', `dir = ${extensionDirectory.replaceAll('%', '%%')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * What az found out about itself in the user's own profile, and checks against its version: its
 * commands (building that index takes an older az two seconds) and whether there is a newer
 * version (which a fresh profile would ask the internet for). Nothing there tells of an identity.
 */
export const inheritedState: readonly string[] = [
  'commandIndex.json',
  'extensionIndex.json',
  'versionCheck.json',
];

/**
 * The home of the user, below which az has its usual profile; undefined where there is none. On
 * Windows a job may have `HOME` too, which bash and git read there and Python does not.
 */
export function homeOf(environment: Environment, isWindows: boolean): string | undefined {
  const home = environment[isWindows ? 'USERPROFILE' : 'HOME'];
  return home === '' ? undefined : home;
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
export function cloudRegistration(connection: ServiceConnection): readonly string[] {
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
  const [, version, major, minor] =
    /"version":\s*"((\d+)\.(\d+)\.[\w.]+)"/.exec(commandIndex ?? '') ?? [];
  if (version === undefined) return exitCode === 2 ? 'an older one' : undefined;
  const [firstMajor, firstMinor] = firstForBroker;
  const isOld = Number(major) * 1_000 + Number(minor) < firstMajor * 1_000 + firstMinor;
  return isOld ? version : undefined;
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
  const listed = accountsIn(output).filter(({ id }) => !same(id, tenantId));
  const wanted = listed.find(({ id }) => same(id, subscriptionId));
  if (wanted !== undefined) return wanted.isDefault ? 'chosen' : 'to choose';
  return listed.length === 0 ? 'none listed' : 'not listed';
}

function accountsIn(output: string): readonly { id: string; isDefault: boolean }[] {
  try {
    const accounts: unknown = JSON.parse(output);
    if (!Array.isArray(accounts)) return [];
    return accounts.flatMap((account: { id?: unknown; isDefault?: unknown } | null) =>
      typeof account?.id === 'string'
        ? [{ id: account.id, isDefault: account.isDefault === true }]
        : [],
    );
  } catch {
    return [];
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
