import { refusal } from '../errors.ts';

/** An access token that the pipeline's author asks for by name. */
export interface RequestedAccessToken {
  /** The variable that holds it; ends in `_TOKEN`. */
  readonly name: string;
  /** Ends in `/.default`, the only form that client credentials can have. */
  readonly scope: string;
}

const maxList = 64;

/** Names by which tools choose how to sign in; an access token there would break the session. */
const reserved = new Set([
  'ARM_OIDC_TOKEN',
  'ARM_OIDC_REQUEST_TOKEN',
  'AZURE_OIDC_TOKEN',
  'AZURE_OIDC_REQUEST_TOKEN',
  'AZURE_FEDERATED_TOKEN',
  'FABRIC_OIDC_TOKEN',
  'FABRIC_OIDC_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
]);

/**
 * Reads the lines `NAME = scope` of the input `accessTokens`; empty lines and lines that begin
 * with `#` are passed over.
 * @throws {FederationError} that names the line and what is wrong with it.
 */
export function readAccessTokenLines(text: string): readonly RequestedAccessToken[] {
  const requested = text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
    .map(({ line, number }) => readLine(line, number));
  const names = requested.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw malformed(`the name ${twice} stands there twice`);
  if (requested.length > maxList) throw malformed(`it has more than ${maxList} lines`);
  return requested;
}

function readLine(line: string, number: number): RequestedAccessToken {
  const separator = line.indexOf('=');
  const name = line.slice(0, Math.max(separator, 0)).trim();
  const scope = line.slice(separator + 1).trim();
  if (separator < 0) throw malformed(`line ${number} has no "="`);
  if (!/^[A-Z][A-Z0-9_]{0,80}_TOKEN$/.test(name)) {
    throw malformed(
      `the name in line ${number} is not made of capitals, digits and underscores with _TOKEN at its end`,
    );
  }
  if (reserved.has(name) || /^(SYSTEM|AGENT|BUILD)_/.test(name)) {
    throw malformed(
      `the name in line ${number}, ${name}, has a meaning of its own for other tools`,
    );
  }
  if (!/^[\x21-\x7e]{1,500}\/\.default$/.test(scope)) {
    throw malformed(`the scope in line ${number} does not end in /.default`);
  }
  return { name, scope };
}

function malformed(why: string): Error {
  return refusal(
    'ACCESS_TOKENS_INVALID',
    `The input accessTokens cannot be read: ${why}.`,
    'Write one access token a line, as in: DATABASE_TOKEN = https://database.windows.net/.default',
  );
}
