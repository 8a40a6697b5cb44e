import type { PipelineAgent, PresentVariable } from '../../agent/pipeline-agent.ts';
import { plain, type VariableChange } from '../../agent/variable-change.ts';
import type { Environment } from '../../ports.ts';
import type { ServiceConnection } from '../../service-connection/service-connection.ts';
import { isIdTokenEndpoint, type Endpoints } from '../../wire/endpoints.ts';
import { isInOurDirectory } from '../files/state-directory.ts';
import {
  azdNames,
  azdVariables,
  identityNames,
  managedIdentityNames,
  managedIdentityVariables,
} from './azure-variables.ts';
import { machineIdentityNames } from './machine-identity.ts';
import { isLeftOut } from './token-file.ts';

/** A sign-in that is about to be exported. */
export interface NextSignIn {
  readonly connection: ServiceConnection;
  readonly variables: readonly VariableChange[];
  /** Only with the broker. */
  readonly endpoints?: Endpoints | undefined;
  /** Whether the managed identity endpoint is exported in any case, or only where another one is there. */
  readonly managedIdentity: 'always' | 'instead of another';
}

/**
 * Keeps two sign-ins of one job from being mixed. What an earlier step has exported and this one
 * does not export itself is pointed to the new identity as well, wherever `AZURE_CLIENT_ID` changes;
 * what cannot be is told.
 * @returns the variables to set beside the new ones.
 */
export function followUps(
  environment: Environment,
  next: NextSignIn,
  agent: Pick<PipelineAgent, 'say' | 'warn' | 'presentVariables'>,
): readonly VariableChange[] {
  if (!isAbout('AZURE_CLIENT_ID', next)) return [];
  if (!hasSdkSignIn(environment)) {
    tellOverwritten(environment, next, agent);
    return insteadOfTheMachine(environment, next, agent);
  }
  return [
    ...subscription(environment, next),
    ...pair(azdNames, azdVariables, environment, next, agent),
    ...managedIdentity(environment, next, agent),
  ];
}

/** A warning for what a step or a variable has set; what the agent has by itself is told, no more. */
function tellOverwritten(
  environment: Environment,
  { variables }: NextSignIn,
  { say, warn, presentVariables }: Pick<PipelineAgent, 'say' | 'warn' | 'presentVariables'>,
): void {
  const names = identityNames.filter((name) => {
    const before = environment[name];
    const after = variables.find((change) => change.name === name)?.value;
    return (
      isFilled(before) && typeof after === 'string' && comparable(before) !== comparable(after)
    );
  });
  const ofJob = new Set(
    presentVariables().flatMap(({ name, source }) => (source === 'job' ? [name] : [])),
  );
  const left = names.filter((name) => ofJob.has(name));
  const own = names.filter((name) => !ofJob.has(name));
  if (left.length > 0) {
    warn(
      `An earlier step or a variable of this job had left another identity in ${left.join(', ')}; the steps that follow get the one of the service connection. Put this task after the step that sets them, or remove them.`,
    );
  }
  if (own.length > 0) {
    say(
      `The agent has an identity of its own in ${own.join(', ')}; the steps that follow get the one of the service connection.`,
    );
  }
}

/** The pair of ours, where it is wanted in any case or a machine would offer its own identity. */
function insteadOfTheMachine(
  environment: Environment,
  next: NextSignIn,
  { say }: Pick<PipelineAgent, 'say'>,
): readonly VariableChange[] {
  const { endpoints } = next;
  if (isAbout('IDENTITY_ENDPOINT', next)) return [];
  const others = machineIdentityNames(environment);
  if (endpoints === undefined) {
    if (others.length > 0) {
      say(
        `This machine offers another managed identity (${others.join(', ')}). A tool that asks for one gets that, since this step runs without the broker (refresh: false).`,
      );
    }
    return [];
  }
  if (others.length === 0 && next.managedIdentity !== 'always') return [];
  if (others.length > 0) {
    say(
      `This machine offers another managed identity (${others.join(', ')}). A tool that asks for one gets that of the service connection, from the broker.`,
    );
  }
  return managedIdentityVariables(endpoints);
}

/**
 * An empty one stops a tool that needs it; the one of another connection would mislead it. Of the same
 * identity it is the author's choice.
 */
function subscription(environment: Environment, next: NextSignIn): readonly VariableChange[] {
  const name = 'AZURE_SUBSCRIPTION_ID';
  const { clientId, subscriptionId = '' } = next.connection;
  if (!isStale([name], environment, next) || environment[name] === subscriptionId) return [];
  const isChoice = subscriptionId === '' && environment['AZURE_CLIENT_ID'] === clientId;
  return isChoice ? [] : [plain(name, subscriptionId)];
}

function managedIdentity(
  environment: Environment,
  next: NextSignIn,
  agent: Pick<PipelineAgent, 'say' | 'warn'>,
): readonly VariableChange[] {
  tellOfAzureCli(environment, next, agent);
  return isStale(managedIdentityNames, environment, next)
    ? pair(managedIdentityNames, managedIdentityVariables, environment, next, agent)
    : insteadOfTheMachine(environment, next, agent);
}

/** A session stays: it names its client ID wherever it asks, and each endpoint of the job serves that. */
function tellOfAzureCli(
  { AZURE_CONFIG_DIR: profile = '', AZURE_CLIENT_ID: clientId }: Environment,
  next: NextSignIn,
  { say }: Pick<PipelineAgent, 'say'>,
): void {
  const isOfAnother =
    isInOurDirectory(profile) &&
    clientId !== next.connection.clientId &&
    !isAbout('AZURE_CONFIG_DIR', next);
  if (!isOfAnother) return;
  say(
    'Azure CLI stays signed in as the connection of an earlier step, until FederatedLogin signs it in anew. The AZURE_ variables, the token file and the managed identity endpoint are those of this one.',
  );
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

/** Whether an earlier step of ours has exported a sign-in for SDKs. */
export function hasSdkSignIn(environment: Environment): boolean {
  return (
    isInOurDirectory(environment['AZURE_FEDERATED_TOKEN_FILE'] ?? '') || isLeftOut(environment)
  );
}

/** The same for Terraform, in whichever mode. In mode static, its token is a secret variable. */
export function hasTerraformSignIn(
  environment: Environment,
  present: readonly PresentVariable[],
): boolean {
  return (
    isIdTokenEndpoint(environment['ARM_OIDC_REQUEST_URL'] ?? '') ||
    isFilled(environment['ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID']) ||
    (environment['ARM_USE_OIDC'] === 'true' &&
      isFilled(environment['ARM_CLIENT_ID']) &&
      present.some(({ name, source }) => name === 'ARM_OIDC_TOKEN' && source === 'secret'))
  );
}
