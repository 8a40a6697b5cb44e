import { placeOf } from './place.ts';
import { remedies } from './remedies.ts';

/**
 * Every failure that the product can name. Each has a heading of the same text in
 * docs/TROUBLESHOOTING.md, which a test keeps complete.
 */
export const errorCodes = [
  // What the pipeline's author wrote
  'INPUT_INVALID',
  'ACCESS_TOKENS_INVALID',
  'LEFTOVER_VARIABLES',
  'RESERVED_VARIABLES',
  'TENANT_NOT_ALLOWED',
  'SUBSCRIPTION_NOT_ALLOWED',
  // The service connection
  'CONNECTION_MISSING',
  'CONNECTION_NOT_FEDERATED',
  'CONNECTION_INCOMPLETE',
  'CLOUD_UNKNOWN',
  // The job
  'AGENT_TOO_OLD',
  'JOB_CONTEXT_MISSING',
  'OIDC_URI_REFUSED',
  'JOB_PENDING',
  // The network
  'PROXY_ADDRESS_INVALID',
  'PROXY_SIGN_IN_REFUSED',
  // Azure DevOps, asked for an ID token
  'JOB_TOKEN_REFUSED',
  'CONNECTION_NOT_REFERENCED',
  'CONNECTION_NOT_FOUND',
  'ID_TOKEN_REFUSED',
  'DEVOPS_THROTTLED',
  'DEVOPS_UNAVAILABLE',
  'DEVOPS_SIGN_IN_PAGE',
  'DEVOPS_ANSWER_UNREADABLE',
  // Entra, asked for an access token
  'ENTRA_THROTTLED',
  'ENTRA_UNAVAILABLE',
  // Azure DevOps, asked who the identity of a connection is
  'DEVOPS_NOT_A_USER',
  'TF401444',
  // The same number may come with a request for an ID token.
  'VS800075',
  // Resource Manager, asked for the subscription
  'SUBSCRIPTION_UNREADABLE',
  'RESOURCE_MANAGER_UNAVAILABLE',
  // The command-line tools that a step signs in
  'AZURE_CLI_MISSING',
  'AZURE_CLI_FAILED',
  'AZURE_POWERSHELL_MISSING',
  'AZURE_POWERSHELL_FAILED',
  'GIT_MISSING',
  'GIT_CONFIG_COUNT_IN_USE',
  // The broker and its files
  'BROKER_NOT_STARTED',
  'BROKER_BUSY',
  'STATE_DIRECTORY_UNSAFE',
  'TEMP_FOLDER_UNWRITABLE',
  // Everything else is a bug
  'UNEXPECTED',
] as const;

/** A stable name of a failure; Entra's own codes stand as `AADSTS` and their number. */
export type ErrorCode = (typeof errorCodes)[number] | `AADSTS${number}`;

/** What asking again can do about a failure; `upstream/retry-policy.ts` says how long it is done. */
export const failureKinds = [
  /** Throttling, outages, the network: it passes by itself. */
  'transient',
  /** A refusal that ends when a new role, federated credential or application has arrived everywhere. */
  'settling',
  /** A refusal that nobody explains: it deserves a second attempt. */
  'unknown',
  /** A certificate, a host name or an address that is wrong here: it hardly gets better by itself. */
  'misconfigured',
  /** Final until somebody changes something. */
  'definite',
] as const;

/** One of {@link failureKinds}. */
export type FailureKind = (typeof failureKinds)[number];

/** What a federated credential has to say, letter for letter, for Entra to accept a connection. */
export interface MissingCredential {
  /** The name of the service connection, after which the credential is named. */
  readonly connection: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly subject: string;
}

/** What is shown of a failure; also how it travels between the broker and a task. */
export interface Failure {
  readonly code: ErrorCode;
  /** What failed, for which connection, and why, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly kind: FailureKind;
  /** How long the other side asked us to wait, in ms. */
  readonly retryAfterMs?: number | undefined;
  /** The federated credential whose absence explains the failure; absent where another thing does. */
  readonly cure?: MissingCredential | undefined;
  /** Where in the code an error happened that nobody foresaw; see {@link placeOf}. */
  readonly place?: readonly string[] | undefined;
}

/** What a person reads of a failure, in one line: what failed and why, what to do, and the code. */
export function sentenceOf(
  { message, remedy, code }: Pick<Failure, 'message' | 'remedy' | 'code'>,
  readOn = '',
): string {
  return `${message} ${remedy}${readOn} (${code})`;
}

/**
 * A text as a log can show it, whatever it quotes: one line, and no command to the agent, which
 * looks for `##vso` and `##[` anywhere in the output of any tool. Other marks stay as they are: names
 * have them too.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/#{2,}(?=vso|\[)/gi, '#');
}

/** Letters that turn the direction of a text, or cannot be seen, and are no part of any word. */
const misleading = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** A foreign text as a log can show it: as {@link oneLine}, and without letters that mislead the reader. */
export function shown(text: string): string {
  return oneLine(text).replace(misleading, '?');
}

/** Foreign words inside a message: enough of them to be recognised. */
export function quoted(text: string): string {
  return `"${text.length > 80 ? `${text.slice(0, 80)}…` : text}"`;
}

/** A failure with code, account and remedy; none of its texts ever holds a credential or a body. */
export class FederationError extends Error implements Failure {
  override readonly name = 'FederationError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly kind: FailureKind;
  readonly retryAfterMs: number | undefined;
  readonly cure: MissingCredential | undefined;
  readonly place: readonly string[] | undefined;

  constructor(failure: Failure) {
    super(oneLine(failure.message));
    this.code = failure.code;
    this.remedy = oneLine(failure.remedy);
    this.kind = failure.kind;
    this.retryAfterMs = failure.retryAfterMs;
    this.cure = failure.cure;
    this.place = failure.place;
  }
}

/** A definite failure: the commonest kind, where trying again cannot help. */
export function refusal(code: ErrorCode, message: string, remedy: string): FederationError {
  return new FederationError({ code, message, remedy, kind: 'definite' });
}

/** The plain values of a failure, for a message to another process. */
export function toFailure(error: FederationError): Failure {
  const { code, message, remedy, kind, retryAfterMs, cure, place } = error;
  return { code, message, remedy, kind, retryAfterMs, cure, place };
}

/**
 * Any thrown value as a failure. What nobody foresaw is named by its kind and its place in the code,
 * never by its text.
 */
export function asFederationError(error: unknown): FederationError {
  if (error instanceof FederationError) return error;
  return new FederationError({
    code: 'UNEXPECTED',
    message: `Something failed that this task did not foresee (${kindOfError(error)}).`,
    remedy: remedies.UNEXPECTED,
    kind: 'definite',
    place: placeOf(error),
  });
}

/**
 * The class of an error and the system's code (`EACCES`, `ENOSPC`), which are safe to show and often
 * enough.
 */
export function kindOfError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const name = /^\w{1,40}$/.test(error.name) ? error.name : 'Error';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? `${name}, ${code}` : name;
}
