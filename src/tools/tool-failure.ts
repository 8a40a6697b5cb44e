import { entraFailure } from '../access-token/entra-failures.ts';
import { FederationError, refusal, type ErrorCode } from '../errors.ts';
import type { IdTokenFacts } from '../id-token/id-token.ts';
import type { ToolOutcome } from '../ports.ts';
import { Secret } from '../secret.ts';
import { scopeOf, type ServiceConnection } from '../service-connection/service-connection.ts';
import type { Session } from '../session/session.ts';
import { lastWords } from './last-words.ts';
import type { ToolWorld } from './sign-in-tool.ts';

/** What was tried with a tool: it explains the failure. */
export interface ToolAttempt {
  readonly tool: 'Azure CLI' | 'Azure PowerShell';
  /** Completes "could not …". */
  readonly purpose: string;
  readonly connection: ServiceConnection;
  readonly idToken: IdTokenFacts;
  readonly timeoutMs: number;
  /** What the tool may quote and nobody may see. */
  readonly known: readonly Secret[];
}

const codes: Readonly<Record<ToolAttempt['tool'], ErrorCode>> = {
  'Azure CLI': 'AZURE_CLI_FAILED',
  'Azure PowerShell': 'AZURE_POWERSHELL_FAILED',
};

/**
 * Every credential that this step knows, the ID token that a tool reads from its file among them.
 */
export async function knownCredentials(
  { tokenFile, endpoints }: Pick<Session, 'tokenFile' | 'endpoints'>,
  { agent, files }: Pick<ToolWorld, 'agent' | 'files'>,
): Promise<readonly Secret[]> {
  const idToken = await files.read(tokenFile).catch(() => undefined);
  return [
    ...agent.secrets(),
    ...(idToken === undefined ? [] : [new Secret(idToken)]),
    ...(endpoints === undefined
      ? []
      : [endpoints.idTokenCapability, endpoints.managedIdentityCapability]),
  ];
}

/**
 * A tool's failure in our words: by Entra's number where the tool quotes one, else by how it ended
 * and its own last words, in which nothing of a credential is left.
 */
export function toolFailure(outcome: ToolOutcome, attempt: ToolAttempt): FederationError {
  const { tool, purpose, connection, idToken, known } = attempt;
  const [, number] = /AADSTS(\d{5,7})/.exec(`${outcome.errors}\n${outcome.output}`) ?? [];
  if (number !== undefined) {
    const { scope } = askedFirst(connection);
    const refused = { identity: connection, idToken, scope };
    return new FederationError(entraFailure(Number(number), refused, undefined));
  }
  const words = lastWords(outcome.errors, known);
  const quote = words === undefined ? '' : ` Its last words: "${words}".`;
  return refusal(
    codes[tool],
    `${tool} could not ${purpose} with the service connection "${connection.name}": it ${ending(outcome, attempt)}.${quote}`,
    `Check that ${tool} works on this agent, is up to date, and reaches ${askedFirst(connection).host}; without ${tool}, set the input tools to none or to another tool.`,
  );
}

/** Azure's tools list the subscriptions of whomever they sign in, whatever the connection is for. */
function askedFirst(connection: ServiceConnection): { scope: string; host: string } {
  if (connection.kind === 'azureRM') {
    return { scope: connection.resourceManagerScope, host: connection.resourceManager.host };
  }
  const resource = connection.cloud.resourceManager ?? connection.authorityHost.href;
  return { scope: scopeOf(resource), host: new URL(resource).host };
}

function ending({ exitCode, trouble }: ToolOutcome, { timeoutMs }: ToolAttempt): string {
  if (exitCode !== undefined) return `ended with exit code ${exitCode}`;
  switch (trouble) {
    case 'timeout':
      return `did not end within ${Math.round(timeoutMs / 1_000)} seconds`;
    case 'not started':
      return 'could not be started';
    case 'ended':
    case undefined:
      return 'was ended by something else';
  }
}
