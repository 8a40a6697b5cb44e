import type { AccessToken } from '../access-token/access-token.ts';
import type { IdTokenFacts } from '../id-token/id-token.ts';
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
