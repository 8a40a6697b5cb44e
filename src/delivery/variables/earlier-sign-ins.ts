import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../agent/variable-change.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import type { Endpoints } from '../../wire/endpoints.ts';
import { isInOurDirectory } from '../files/state-directory.ts';
import { azdVariables, managedIdentityVariables } from './azure-variables.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A sign-in that is about to be exported. */
export interface NextSignIn {
  readonly connection: ServiceConnection;
  readonly variables: readonly VariableChange[];
  /** Only with the broker. */
  readonly endpoints?: Endpoints | undefined;
  /** Where Azure CLI is signed in with this connection, if it is. */
  readonly azureCliProfile: string;
}

/** The four that name an identity; tasks that use kubelogin leave them behind for later steps. */
const identityNames = [
  'AZURE_CLIENT_ID',
  'AZURE_TENANT_ID',
  'AZURE_AUTHORITY_HOST',
  'AZURE_FEDERATED_TOKEN_FILE',
];
const azdNames = ['AZURE_OIDC_REQUEST_URL', 'AZURE_OIDC_REQUEST_TOKEN'];
const managedIdentityNames = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'];

/**
 * Keeps two sign-ins of one job from being mixed. What an earlier step has exported and this one
 * does not export itself is pointed to the new identity as well, wherever `AZURE_CLIENT_ID` changes;
 * what cannot be is told.
 * @returns the variables to set beside the new ones.
 */
export function followUps(
  environment: Environment,
  next: NextSignIn,
  agent: Pick<PipelineAgent, 'say' | 'warn'>,
): readonly VariableChange[] {
  if (!isAbout('AZURE_CLIENT_ID', next)) return [];
  if (!isInOurDirectory(environment['AZURE_FEDERATED_TOKEN_FILE'] ?? '')) {
    tellOverwritten(environment, next, agent);
    return [];
  }
  return [
    ...subscription(environment, next),
    ...pair(azdNames, azdVariables, environment, next, agent),
    ...managedIdentity(environment, next, agent),
  ];
}

function tellOverwritten(
  environment: Environment,
  { variables }: NextSignIn,
  { warn }: Pick<PipelineAgent, 'warn'>,
): void {
  const names = identityNames.filter((name) => {
    const before = environment[name];
    const after = variables.find((change) => change.name === name)?.value;
    return (
      isFilled(before) && typeof after === 'string' && comparable(before) !== comparable(after)
    );
  });
  if (names.length === 0) return;
  warn(
    `An earlier step or a variable of this job had left another identity in ${names.join(', ')}; the steps that follow get the one of the service connection. Put this task after the step that sets them, or remove them.`,
  );
}

/** An empty one stops a tool that needs it; the one of another connection would mislead it. */
function subscription(environment: Environment, next: NextSignIn): readonly VariableChange[] {
  const name = 'AZURE_SUBSCRIPTION_ID';
  const { subscriptionId = '' } = next.connection;
  if (!isStale([name], environment, next) || environment[name] === subscriptionId) return [];
  return [plain(name, subscriptionId)];
}

function managedIdentity(
  environment: Environment,
  next: NextSignIn,
  agent: Pick<PipelineAgent, 'say' | 'warn'>,
): readonly VariableChange[] {
  const { AZURE_CONFIG_DIR: profile = '' } = environment;
  const isOfAnother =
    isInOurDirectory(profile) &&
    profile !== next.azureCliProfile &&
    !isAbout('AZURE_CONFIG_DIR', next);
  if (!isOfAnother) {
    return pair(managedIdentityNames, managedIdentityVariables, environment, next, agent);
  }
  if (isAbout('IDENTITY_ENDPOINT', next)) {
    agent.warn(
      'Azure CLI was signed in by an earlier step as another connection, and loses its endpoint to this one: sign it in again (tools: azureCli) before the next az command.',
    );
  } else if (isStale(managedIdentityNames, environment, next)) {
    agent.say(
      'Azure CLI stays signed in as the connection of an earlier step, and with it IDENTITY_ENDPOINT; the other AZURE_ variables follow this one.',
    );
  }
  return [];
}

function pair(
  names: readonly string[],
  variablesOf: (endpoints: Endpoints) => readonly VariableChange[],
  environment: Environment,
  next: NextSignIn,
  { warn }: Pick<PipelineAgent, 'warn'>,
): readonly VariableChange[] {
  if (!isStale(names, environment, next)) return [];
  if (next.endpoints !== undefined) return variablesOf(next.endpoints);
  warn(
    `${names.join(' and ')} still lead to the connection of an earlier step, because this one runs without the broker: keep the input refresh at true.`,
  );
  return [];
}

/** Whether an earlier step left them, and this one does not set them itself. */
function isStale(names: readonly string[], environment: Environment, next: NextSignIn): boolean {
  return names.some((name) => isFilled(environment[name]) && !isAbout(name, next));
}

function isAbout(name: string, { variables }: NextSignIn): boolean {
  return variables.some((change) => change.name === name);
}

function isFilled(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

/** Letter case and a slash at the end make no other identity. */
function comparable(value: string): string {
  return value.toLowerCase().replace(/\/$/, '');
}
