import type { IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { ConnectionSession, type BrokerWorld } from './connection-session.ts';
import type { Session } from './session.ts';
import { onceDirectoryIn } from './state-directory.ts';

/** So long passing trouble is waited out, in ms. */
const patienceMs = 100_000;

/** A session without a broker: good until its first tokens end. */
export interface MomentarySession extends Session {
  readonly idTokenItself: IdToken;
  /** What the post-job step of the same task removes. */
  readonly directory: string;
}

/**
 * Signs in without a background process: the token file is written once.
 * @throws {FederationError} when the connection cannot be signed in; nothing is left then.
 */
export async function signInOnce(
  connection: ServiceConnection,
  { job, tempDirectory }: { readonly job: Job; readonly tempDirectory: string },
  world: BrokerWorld,
): Promise<MomentarySession> {
  const { directory, tokenFile } = onceDirectoryIn(tempDirectory, world.chance.capability());
  const undo = (): Promise<void> => world.files.remove(directory);
  await world.files.makePrivateDirectory(directory);
  const kept = {
    ...connection,
    authorityHost: connection.authorityHost.href,
    accessTokenFiles: [],
    idTokenCapability: '',
    managedIdentityCapability: '',
  };
  const session = new ConnectionSession(kept, tokenFile, job, world);
  try {
    const idTokenItself = await session.firstIdToken(patienceMs);
    return {
      idToken: idTokenItself,
      idTokenItself,
      tokenFile,
      directory,
      accessToken: (scope) => session.firstAccessToken(scope, patienceMs),
      undo,
    };
  } catch (error) {
    await undo();
    throw error;
  }
}
