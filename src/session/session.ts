import { accessTokenLifeMs, type AccessToken } from '../access-token/access-token.ts';
import { readSubscription } from '../access-token/subscription.ts';
import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { tellAccessToken } from '../delivery/log.ts';
import { logWhileWaiting, type WaitLog } from '../delivery/waiting.ts';
import type { IdTokenFacts } from '../id-token/id-token.ts';
import type { Chance, Clock, Http } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import {
  backoffMs,
  firstTokenBudgetMs,
  withRetries,
  type Waiting,
} from '../upstream/retry-policy.ts';
import type { Endpoints } from '../wire/endpoints.ts';
import type { Use } from '../wire/expectation.ts';

/** A service connection that is signed in: kept so by the broker, or for this moment only. */
export interface Session {
  readonly idToken: IdTokenFacts;
  readonly tokenFile: string;
  /** Only with the broker. */
  readonly endpoints?: Endpoints;
  /** @throws {FederationError} the reason why there is none. */
  accessToken(scope: string): Promise<AccessToken>;
  /**
   * From now on somebody should ask the broker for this; what nobody asks for is told at the end of the
   * job. Only with the broker; where it does not answer, nothing is told.
   */
  expect?(use: Use): Promise<void>;
  /** Takes back what signing in did, for a task that fails afterwards. */
  undo(): Promise<void>;
}

/** For one request, in ms. */
const subscriptionMs = 30_000;

/** What verifying asks of the world. */
export interface VerifyWorld {
  readonly http: Http;
  readonly clock: Clock;
  readonly chance: Chance;
}

/**
 * Uses the session once, so that a wrong federated credential or a missing role shows here.
 * @returns how long an access token of the identity lives, in ms.
 * @throws {FederationError} with the remedy.
 */
export async function verifySession(
  connection: ServiceConnection,
  session: Session,
  agent: Pick<PipelineAgent, 'mask'> & WaitLog,
  world: VerifyWorld,
): Promise<number> {
  const { subscriptionId, resourceManagerScope } = connection;
  const accessToken = await session.accessToken(resourceManagerScope);
  const lifeMs = accessTokenLifeMs(accessToken, world.clock.now());
  agent.mask(accessToken.token);
  const isKeptFresh = session.endpoints !== undefined;
  if (subscriptionId === undefined) {
    agent.say('Verified: Entra accepts the connection (it has no subscription to read).');
    tellAccessToken(accessToken, isKeptFresh, agent);
    return lifeMs;
  }
  await subscriptionRead({ ...connection, subscriptionId }, accessToken, agent, world);
  agent.say(
    `Verified: Entra accepts the connection, and subscription ${subscriptionId} can be read.`,
  );
  tellAccessToken(accessToken, isKeptFresh, agent);
  return lifeMs;
}

/** Asks until the subscription can be read, as long as that makes sense. */
async function subscriptionRead(
  connection: Parameters<typeof readSubscription>[0],
  accessToken: AccessToken,
  agent: WaitLog,
  world: VerifyWorld,
): Promise<void> {
  const { clock, chance } = world;
  const { subscriptionId, propagationMs: settlingMs } = connection;
  let trouble: Waiting | undefined;
  const work = withRetries(
    () => readSubscription(connection, accessToken, subscriptionMs, world),
    { transientMs: firstTokenBudgetMs, settlingMs },
    {
      clock,
      pauseMs: ({ retryAfterMs = 0 }, failures) =>
        Math.max(backoffMs(failures, chance.jitter()), retryAfterMs),
      onWait: (waiting) => (trouble = waiting),
    },
  );
  const endsOn = new Date(clock.now().getTime() + firstTokenBudgetMs + settlingMs + subscriptionMs);
  const what = `subscription ${subscriptionId}`;
  await logWhileWaiting({ what, work, endsOn, trouble: () => trouble }, agent, clock);
}

/**
 * Runs `work`. If it fails, undoes the sign-in and rethrows. An error of the undo is dropped: the first
 * failure is the one to mend.
 */
export async function orUndo<T>(
  session: Pick<Session, 'undo'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await session.undo().catch(() => undefined);
    throw error;
  }
}
