import type { PipelineAgent } from '../../src/agent/pipeline-agent.ts';
import { publish } from '../../src/agent/publish.ts';
import type { VariableChange } from '../../src/agent/variable-change.ts';
import {
  tellConnection,
  tellEndOfJob,
  tellIdToken,
  tellOtherTasks,
  type OtherTasks,
} from '../../src/delivery/log.ts';
import {
  subscriptionVariables,
  workloadIdentityVariables,
} from '../../src/delivery/variables/azure-variables.ts';
import { followUps, type NextSignIn } from '../../src/delivery/variables/earlier-sign-ins.ts';
import { warnOfSelectors } from '../../src/delivery/variables/machine-identity.ts';
import { noProxyVariables, tellOfAgentProxy } from '../../src/delivery/variables/no-proxy.ts';
import { outputsOf } from '../../src/delivery/variables/outputs.ts';
import { warnOfOtherSubscription } from '../../src/delivery/variables/subscription-choice.ts';
import {
  tellTokenFileIsBack,
  type TokenFileExport,
} from '../../src/delivery/variables/token-file.ts';
import {
  withNameFrom,
  type ServiceConnection,
} from '../../src/service-connection/service-connection.ts';
import type { Session } from '../../src/session/session.ts';

/**
 * The head of every sign-in: logs who is signed in, signs in, and logs what came of it.
 * @returns the session, and the connection by the name that its ID token tells.
 * @throws {FederationError} when the connection cannot be signed in.
 */
export async function beginSignIn<S extends Session>(
  connection: ServiceConnection,
  signIn: () => Promise<S>,
  agent: PipelineAgent,
): Promise<{ readonly session: S; readonly connection: ServiceConnection }> {
  tellConnection(connection, agent);
  const session = await signIn();
  const isKeptFresh = session.endpoints !== undefined;
  const named = withNameFrom(session.idToken, connection);
  tellIdToken(session.idToken, named, isKeptFresh, agent);
  if (isKeptFresh) tellEndOfJob(agent.jobVariables.jobAccessToken, agent);
  return { session, connection: named };
}

/** What one task has to export beside what every SDK reads. */
export interface OwnExports extends Pick<NextSignIn, 'managedIdentity'> {
  readonly own: readonly VariableChange[];
  readonly otherTasks: OtherTasks;
  readonly tokenFile?: TokenFileExport;
}

/**
 * The tail of every sign-in: exports what each SDK reads, the task's own variables, and what keeps an
 * earlier sign-in of the job from being mixed with this one.
 */
export function publishSignIn(
  connection: ServiceConnection,
  session: Session,
  { own, managedIdentity, otherTasks, tokenFile: fileExport = 'exported' }: OwnExports,
  agent: PipelineAgent,
): void {
  warnOfSelectors(agent.environment, agent);
  tellOfAgentProxy(agent, agent);
  tellOtherTasks(session.idToken, otherTasks, agent);
  const { endpoints, idToken, tokenFile } = session;
  if (fileExport === 'exported') tellTokenFileIsBack(agent.environment, agent);
  const variables = [
    ...workloadIdentityVariables(connection, fileExport === 'left out' ? undefined : tokenFile),
    ...subscriptionVariables(connection),
    ...own,
    ...(endpoints === undefined ? [] : noProxyVariables(agent)),
  ];
  warnOfOtherSubscription(variables, agent);
  const next = { connection, variables, endpoints, managedIdentity };
  publish(
    {
      variables: [...variables, ...followUps(agent.environment, next, agent)],
      outputs: outputsOf(connection, idToken, session),
    },
    agent,
  );
}
