import { oneLine, type FailureKind } from '../../src/errors.ts';

/**
 * Every failure that `wif` can name. Each has a heading of the same text in docs/WIF.md, which a
 * test keeps complete.
 */
export const administrationErrorCodes = [
  // What the administrator wrote
  'USAGE_INVALID',
  'CONNECTION_NOT_FOUND',
  'CONNECTION_AMBIGUOUS',
  'CONNECTION_NAME_TAKEN',
  'IDENTITY_NOT_FOUND',
  'IDENTITY_UNSUITABLE',
  'ROLE_NOT_FOUND',
  'TRUST_UNKNOWN',
  // Who the administrator is
  'SIGN_IN_FAILED',
  'SIGN_IN_PAGE',
  'ACCESS_DENIED',
  // The services
  'NOT_FOUND',
  'REQUEST_REFUSED',
  'SERVICE_THROTTLED',
  'SERVICE_UNAVAILABLE',
  'ANSWER_UNREADABLE',
  // Changes
  'CHANGE_REFUSED',
  'CHANGE_UNCONFIRMED',
  'CREDENTIAL_CONFLICT',
  'CREDENTIALS_FULL',
  // Programs and files of this machine
  'AZURE_CLI_UNUSABLE',
  'FILE_UNREADABLE',
  'JOURNAL_BUSY',
  'JOURNAL_UNUSABLE',
  // Everything else is a bug
  'UNEXPECTED',
] as const;

/** A stable name of a failure of `wif`. */
export type AdministrationErrorCode = (typeof administrationErrorCodes)[number];

/** What is told of a failure. */
export interface AdministrationFailure {
  readonly code: AdministrationErrorCode;
  /** What failed, for what, and why, in one sentence. */
  readonly message: string;
  readonly remedy: string;
  /** `transient` where a later attempt may succeed. */
  readonly kind?: FailureKind;
}

/** A failure with code, account and remedy; none of its texts ever holds a credential. */
export class AdministrationError extends Error implements AdministrationFailure {
  override readonly name = 'AdministrationError';
  readonly code: AdministrationErrorCode;
  readonly remedy: string;
  readonly kind: FailureKind;

  constructor({ code, message, remedy, kind = 'definite' }: AdministrationFailure) {
    super(oneLine(message));
    this.code = code;
    this.remedy = oneLine(remedy);
    this.kind = kind;
  }
}

/** A definite failure, the commonest kind. */
export function administrationError(
  code: AdministrationErrorCode,
  message: string,
  remedy: string,
): AdministrationError {
  return new AdministrationError({ code, message, remedy });
}

/** Any thrown value; what nobody foresaw is told by its type only, never by its text. */
export function asAdministrationError(error: unknown): AdministrationError {
  if (error instanceof AdministrationError) return error;
  const what = error instanceof Error ? error.name : typeof error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const system = typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? `, ${code}` : '';
  return administrationError(
    'UNEXPECTED',
    `Something failed that wif did not foresee (${what}${system}).`,
    'This is a bug of wif: report it with the command and its output.',
  );
}

/** Whether nobody can go on after this: the sign-in no longer holds, or the journal. */
export function endsTheRun(code: string): boolean {
  return code === 'SIGN_IN_FAILED' || code === 'SIGN_IN_PAGE' || code === 'JOURNAL_UNUSABLE';
}
