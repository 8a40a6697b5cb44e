import { createCredentialCommand } from './commands.ts';
import { trustOf, type Connection } from './connection.ts';
import {
  administrationError,
  asAdministrationError,
  endsTheRun,
  type AdministrationError,
} from './errors.ts';
import { ensureCredential } from './federated-credentials.ts';
import { identityOf, type Directory, type Identity } from './identity.ts';

/**
 * Makes the federated credential that a failed conversion lacks, with the caller's own rights.
 * Whoever created the connection may have left, and Azure DevOps then has no right to make it.
 * Nothing is made where Azure DevOps does not say what the credential has to hold.
 * @throws {AdministrationError} CHANGE_REFUSED, with the command for somebody else where a
 *   permission is missing; or what the directory says.
 */
export async function giveMissingTrust(
  connection: Connection,
  directory: Directory,
): Promise<boolean> {
  const trust = trustOf(connection);
  const { clientId, name, operation, project } = connection;
  if (trust === undefined || clientId === undefined) {
    const why = operation.message === '' ? '' : ` (${operation.message})`;
    throw administrationError(
      'CHANGE_REFUSED',
      `An earlier conversion of the service connection "${name}" of project "${project.name}" failed${why}, and Azure DevOps does not say which federated credential it lacks.`,
      'Open the connection in the project settings, and let Azure DevOps try again there.',
    );
  }
  let identity: Identity | undefined;
  try {
    identity = await identityOf(clientId, directory);
    return await ensureCredential(identity, connection.id, trust, directory);
  } catch (error) {
    const failure = asAdministrationError(error);
    if (failure.code === 'ACCESS_DENIED' && identity !== undefined) {
      const command = createCredentialCommand(identity, connection.id, trust);
      const remedy = `${failure.remedy} Somebody else may do it: ${command}`;
      throw administrationError('ACCESS_DENIED', failure.message, remedy);
    }
    throw endsTheRun(failure.code) ? withoutDirectory(connection, failure) : failure;
  }
}

/** Without a sign-in to Entra this one cannot be repaired; others may still be converted. */
function withoutDirectory({ name, project }: Connection, { message }: AdministrationError): Error {
  return administrationError(
    'CHANGE_REFUSED',
    `Azure DevOps may not change the identity of the service connection "${name}" of project "${project.name}", and wif cannot do it for you: ${message}`,
    'Sign in with az login as somebody who may change that identity, and run the command again.',
  );
}
