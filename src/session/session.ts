import type { AccessToken } from '../access-token/access-token.ts';
import { readSubscription } from '../access-token/subscription.ts';
import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { tellAccessToken } from '../delivery/log.ts';
import type { IdTokenFacts } from '../id-token/id-token.ts';
import type { Clock, Http } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { Endpoints } from '../wire/endpoints.ts';

/** A service connection that is signed in: kept so by the broker, or for this moment only. */
export interface Session {
  readonly idToken: IdTokenFacts;
  readonly tokenFile: string;
  /** Only with the broker. */
  readonly endpoints?: Endpoints;
  /** @throws {FederationError} the reason why there is none. */
  accessToken(scope: string): Promise<AccessToken>;
  /** Takes back what signing in did, for a task that fails afterwards. */
  undo(): Promise<void>;
}

const subscriptionMs = 30_000;

/**
 * Uses the session once, so that a wrong federated credential or a missing role shows here.
 * @throws {FederationError} with the remedy.
 */
export async function verifySession(
  connection: ServiceConnection,
  session: Session,
  agent: Pick<PipelineAgent, 'mask' | 'say'>,
  world: { readonly http: Http; readonly clock: Clock },
): Promise<void> {
  const { subscriptionId, resourceManagerScope } = connection;
  const accessToken = await session.accessToken(resourceManagerScope);
  agent.mask(accessToken.token);
  const isKeptFresh = session.endpoints !== undefined;
  if (subscriptionId === undefined) {
    agent.say('Verified: Entra accepts the connection (it has no subscription to read).');
    tellAccessToken(accessToken, isKeptFresh, agent);
    return;
  }
  await readSubscription({ ...connection, subscriptionId }, accessToken, subscriptionMs, world);
  agent.say(
    `Verified: Entra accepts the connection, and subscription ${subscriptionId} can be read.`,
  );
  tellAccessToken(accessToken, isKeptFresh, agent);
}

/**
 * Runs what may fail; then what was done until there is taken back before it is told. That it could
 * not be taken back is not told in its place: what failed first is what somebody has to mend.
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
