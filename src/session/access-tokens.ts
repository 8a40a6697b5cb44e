import type { RequestedAccessToken } from '../agent/access-token-lines.ts';
import { plain, secret, type VariableChange } from '../agent/variable-change.ts';
import { stateDirectoryIn } from '../delivery/files/state-directory.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { AccessTokenFile } from '../wire/messages.ts';
import type { Session } from './session.ts';

/** The file in which the broker keeps a requested access token. */
export interface RequestedFile extends AccessTokenFile, RequestedAccessToken {}

/** The files in which the broker keeps the requested access tokens. */
export function accessTokenFilesOf(
  requested: readonly RequestedAccessToken[],
  connection: ServiceConnection,
  tempDirectory: string,
): readonly RequestedFile[] {
  const directory = stateDirectoryIn(tempDirectory);
  return requested.map(({ name, scope }) => ({
    kind: 'file',
    name,
    scope,
    path: directory.accessTokenFile(connection.id, name),
  }));
}

/**
 * The requested access tokens as variables: each as a secret, with its time of expiry.
 * @throws {FederationError} for the first that Entra does not give.
 */
export async function accessTokenVariables(
  requested: readonly RequestedAccessToken[],
  session: Pick<Session, 'accessToken'>,
): Promise<readonly VariableChange[]> {
  const variables: VariableChange[] = [];
  for (const { name, scope } of requested) {
    const { token, expiresOn } = await session.accessToken(scope);
    variables.push(secret(name, token), plain(`${name}_EXPIRES_ON`, expiresOn.toISOString()));
  }
  return variables;
}

/** The paths of the files that stay fresh. */
export function accessTokenFileVariables(
  files: readonly RequestedFile[],
): readonly VariableChange[] {
  return files.map(({ name, path }) => plain(`${name}_FILE`, path));
}
