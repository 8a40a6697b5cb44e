import type { RequestedAccessToken } from '../delivery/access-token-lines.ts';
import { plain, secret, type VariableChange } from '../delivery/variable-change.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { AccessTokenFile } from './messages.ts';
import type { Session } from './session.ts';
import { stateDirectoryIn } from './state-directory.ts';

/** The files in which the broker keeps the requested access tokens. */
export function accessTokenFilesOf(
  requested: readonly RequestedAccessToken[],
  connection: ServiceConnection,
  tempDirectory: string,
): readonly AccessTokenFile[] {
  const directory = stateDirectoryIn(tempDirectory);
  return requested.map(({ name, scope }) => ({
    scope,
    path: directory.accessTokenFile(connection.id, name),
  }));
}

/**
 * The variables of the requested access tokens: each as a secret with its time of expiry, and the
 * file that stays fresh where there is one.
 * @throws {FederationError} for the first that Entra does not give.
 */
export async function accessTokenVariables(
  requested: readonly RequestedAccessToken[],
  files: readonly AccessTokenFile[],
  session: Pick<Session, 'accessToken'>,
): Promise<readonly VariableChange[]> {
  const variables: VariableChange[] = [];
  for (const { name, scope } of requested) {
    const { token, expiresOn } = await session.accessToken(scope);
    variables.push(secret(name, token), plain(`${name}_EXPIRES_ON`, expiresOn.toISOString()));
  }
  return [...variables, ...accessTokenFileVariables(requested, files)];
}

/** The paths of the files alone, for a task that puts no access token into a variable. */
export function accessTokenFileVariables(
  requested: readonly RequestedAccessToken[],
  files: readonly AccessTokenFile[],
): readonly VariableChange[] {
  return files.map(({ path }, index) => plain(`${requested[index]?.name ?? ''}_FILE`, path));
}
