import { accessTokenLifeMs, type AccessToken } from '../access-token/access-token.ts';
import { azureDevOpsScope } from '../access-token/azure-devops.ts';
import {
  readOrganizationUser,
  type OrganizationAttempt,
} from '../access-token/organization-user.ts';
import { resourceManagerFailure } from '../access-token/resource-manager.ts';
import { giveRole, readSubscription } from '../access-token/subscription.ts';
import { listSubscriptions, type Subscription } from '../access-token/subscriptions.ts';
import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { tellAccessToken } from '../delivery/log.ts';
import { logWhileWaiting, type WaitLog } from '../delivery/waiting.ts';
import { quoted } from '../errors.ts';
import type { Chance, Clock, Http } from '../ports.ts';
import type {
  AzureConnection,
  ServiceConnection,
} from '../service-connection/service-connection.ts';
import {
  backoffMs,
  firstTokenBudgetMs,
  withRetries,
  type Waiting,
} from '../upstream/retry-policy.ts';
import type { Session } from './session.ts';

/** For one request, in ms. */
const requestMs = 30_000;

/** What verifying asks of the world. */
export interface VerifyWorld {
  readonly http: Http;
  readonly clock: Clock;
  readonly chance: Chance;
}

type Logs = Pick<PipelineAgent, 'mask'> & WaitLog;

/**
 * Uses the session once, so that a wrong federated credential or a missing role shows here.
 * @param collectionUri the organization that a connection to Azure DevOps has to be a user of.
 * @returns how long an access token of the identity lives, in ms.
 * @throws {FederationError} with the remedy.
 */
export async function verifySession(
  connection: ServiceConnection,
  session: Session,
  collectionUri: URL,
  agent: Logs,
  world: VerifyWorld,
): Promise<number> {
  if (connection.kind === 'azureDevOps') {
    return verifyInOrganization(connection, session, collectionUri, agent, world);
  }
  return usedOnce(connection.resourceManagerScope, session, agent, world, (accessToken) =>
    verifySubscription(connection, accessToken, agent, world),
  );
}

/**
 * Uses the session once in Azure DevOps, whatever the connection is for: its identity has to be a user
 * of the organization.
 * @returns and throws as {@link verifySession}.
 */
export async function verifyInOrganization(
  connection: ServiceConnection,
  session: Session,
  collectionUri: URL,
  agent: Logs,
  world: VerifyWorld,
): Promise<number> {
  return usedOnce(azureDevOpsScope, session, agent, world, (accessToken) =>
    verifyUser({ connection, collectionUri }, accessToken, agent, world),
  );
}

/** @returns how long the access token lives with which the session was used, in ms. */
async function usedOnce(
  scope: string,
  session: Session,
  agent: Logs,
  { clock }: Pick<VerifyWorld, 'clock'>,
  use: (accessToken: AccessToken) => Promise<void>,
): Promise<number> {
  const accessToken = await maskedToken(scope, session, agent);
  const lifeMs = accessTokenLifeMs(accessToken, clock.now());
  await use(accessToken);
  tellAccessToken(accessToken, session.endpoints !== undefined, agent);
  return lifeMs;
}

async function verifyUser(
  attempt: OrganizationAttempt,
  accessToken: AccessToken,
  agent: Logs,
  world: VerifyWorld,
): Promise<void> {
  const what = 'who the identity is in Azure DevOps';
  const read = (): Promise<string> => readOrganizationUser(attempt, accessToken, requestMs, world);
  const user = await patiently(what, read, attempt.connection, agent, world);
  agent.say(
    `Verified: Entra accepts the connection, and ${attempt.collectionUri.href} knows it as ${quoted(user)}.`,
  );
}

async function verifySubscription(
  connection: AzureConnection,
  accessToken: AccessToken,
  agent: Logs,
  world: VerifyWorld,
): Promise<void> {
  const { subscriptionId } = connection;
  if (subscriptionId === undefined) {
    agent.say('Verified: Entra accepts the connection (it has no subscription to read).');
  } else {
    const read = (): Promise<void> =>
      readSubscription({ ...connection, subscriptionId }, accessToken, requestMs, world);
    await patiently(`subscription ${subscriptionId}`, read, connection, agent, world);
    agent.say(
      `Verified: Entra accepts the connection, and subscription ${subscriptionId} can be read.`,
    );
  }
}

/** What a session was used for once. */
export interface FirstUse {
  /** All that the identity sees. */
  readonly subscriptions: readonly Subscription[];
  /** How long an access token of the identity lives, in ms. */
  readonly accessTokenLifeMs: number;
}

/**
 * Lists the subscriptions of the identity, for a tool whose session names them; that uses the session
 * as {@link verifySession} does.
 * @param verify whether an identity that sees no subscription at all is refused too.
 * @throws {FederationError} when it does not see the wanted one; with another one as its default, a
 *   command would work on the wrong subscription.
 */
export async function subscriptionsOf(
  connection: AzureConnection,
  session: Session,
  verify: boolean,
  agent: Logs,
  world: VerifyWorld,
): Promise<FirstUse> {
  const accessToken = await maskedToken(connection.resourceManagerScope, session, agent);
  const lifeMs = accessTokenLifeMs(accessToken, world.clock.now());
  const list = async (): Promise<readonly Subscription[]> => {
    const listed = await listSubscriptions(connection, accessToken, requestMs, world);
    if (verify || listed.length > 0) requireWanted(listed, connection);
    return listed;
  };
  const what = 'the subscriptions of the identity';
  const subscriptions = await patiently(what, list, connection, agent, world);
  const firstUse = { subscriptions, accessTokenLifeMs: lifeMs };
  if (!verify) return firstUse;
  const { subscriptionId } = connection;
  const wanted = subscriptionId === undefined ? '' : `, and subscription ${subscriptionId} is seen`;
  agent.say(`Verified: Entra accepts the connection${wanted}.`);
  tellAccessToken(accessToken, session.endpoints !== undefined, agent);
  return firstUse;
}

async function maskedToken(scope: string, session: Session, agent: Logs): Promise<AccessToken> {
  const accessToken = await session.accessToken(scope);
  agent.mask(accessToken.token);
  return accessToken;
}

function requireWanted(listed: readonly Subscription[], connection: AzureConnection): void {
  const { subscriptionId } = connection;
  const isSeen = listed.some(({ id }) => id.toLowerCase() === subscriptionId?.toLowerCase());
  if (subscriptionId === undefined || isSeen) return;
  const attempt = { connection, purpose: `see subscription ${subscriptionId}` };
  throw resourceManagerFailure(attempt, {
    code: 'SUBSCRIPTION_UNREADABLE',
    kind: 'settling',
    why: 'its identity has no role there, or the subscription does not exist or is of another tenant',
    remedy: `${giveRole(connection)} To sign in for another subscription, set subscriptionId.`,
  });
}

/** Asks a service until it answers well, as long as that makes sense. */
async function patiently<T>(
  what: string,
  attempt: () => Promise<T>,
  { propagationMs: settlingMs }: ServiceConnection,
  agent: WaitLog,
  { clock, chance }: VerifyWorld,
): Promise<T> {
  let trouble: Waiting | undefined;
  const work = withRetries(
    attempt,
    { transientMs: firstTokenBudgetMs, settlingMs },
    {
      clock,
      pauseMs: ({ retryAfterMs = 0 }, failures) =>
        Math.max(backoffMs(failures, chance.jitter()), retryAfterMs),
      onWait: (waiting) => (trouble = waiting),
    },
  );
  const endsOn = new Date(clock.now().getTime() + firstTokenBudgetMs + settlingMs + requestMs);
  return logWhileWaiting({ what, work, endsOn, trouble: () => trouble }, agent, clock);
}
