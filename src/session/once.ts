import { onceDirectoryIn } from '../delivery/files/state-directory.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import type { BrokerWorld } from '../refresh/broker-world.ts';
import { ConnectionTokens } from '../refresh/connection-tokens.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { firstTokenBudgetMs, type Waiting } from '../upstream/retry-policy.ts';
import { orderOf } from '../wire/messages.ts';
import { orUndo, type Session } from './session.ts';

/** Lets whoever waits know what stands in the way: called once, before there is anything to wait for. */
export type OnTrouble = (trouble: () => Waiting | undefined) => void;

/**
 * One ID token for whoever hands it on; it is written nowhere.
 * @throws {FederationError} when there is none to be had.
 */
export function idTokenOnce(
  connection: ServiceConnection,
  job: Job,
  onTrouble: OnTrouble,
  world: BrokerWorld,
): Promise<IdToken> {
  const tokens = new ConnectionTokens(orderOf(connection), undefined, job, world);
  onTrouble(() => tokens.waiting);
  return tokens.firstIdToken(firstTokenBudgetMs);
}

/**
 * Signs in without a background process: the token file is written once, and the session is good
 * until its first tokens end.
 * @param onDirectory told the directory before there is anything in it, since the post-job step has
 *   to remove it even where this step is ended by force; told undefined when it is gone.
 * @throws {FederationError} when the connection cannot be signed in; nothing is left then.
 */
export async function signInOnce(
  connection: ServiceConnection,
  { job, tempDirectory }: { readonly job: Job; readonly tempDirectory: string },
  onDirectory: (directory: string | undefined) => void,
  onTrouble: OnTrouble,
  world: BrokerWorld,
): Promise<Session> {
  const { directory, tokenFile } = onceDirectoryIn(tempDirectory, world.chance.capability());
  const undo = async (): Promise<void> => {
    await world.files.remove(directory);
    onDirectory(undefined);
  };
  const session = new ConnectionTokens(orderOf(connection), tokenFile, job, world);
  onTrouble(() => session.waiting);
  onDirectory(directory);
  return orUndo({ undo }, async () => {
    await world.files.makePrivateDirectory(directory);
    const idToken = await session.firstIdToken(firstTokenBudgetMs);
    const accessToken: Session['accessToken'] = (scope) =>
      session.firstAccessToken(scope, firstTokenBudgetMs);
    return { idToken, tokenFile, accessToken, undo };
  });
}
