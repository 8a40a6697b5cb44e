import { FederationError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { nameInSubject } from '../service-connection/connection-name.ts';
import { claimsOf, dateClaim } from './jwt.ts';

/**
 * What Azure DevOps says of a job and its service connection, signed. In the exchange with Entra it
 * is the client assertion. Issuer, subject and audience are shown, never judged: Entra judges them.
 */
export interface IdToken {
  readonly token: Secret;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** The name of the service connection, where the subject has it. */
  readonly connectionName?: string | undefined;
  readonly issuedOn: Date | undefined;
  readonly expiresOn: Date;
  /** How far this machine's clock was ahead of Azure DevOps' when the token came, if that is known. */
  readonly clockAheadMs?: number | undefined;
}

/** The facts of an ID token, without the token. */
export type IdTokenFacts = Pick<
  IdToken,
  'issuer' | 'subject' | 'audience' | 'expiresOn' | 'clockAheadMs'
> &
  Partial<Pick<IdToken, 'issuedOn'>>;

/** Azure DevOps' own issuer, which retires for the public cloud on 2027-07-01. */
const devOpsIssuer = 'https://vstoken.dev.azure.com/';

/**
 * Reads the claims of an ID token (RFC 7519) without checking the signature, which is Entra's to do.
 * @throws {FederationError} when the text is no JWT or has no `exp`.
 */
export function readIdToken(jwt: string): IdToken {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) throw unreadable('it is no JSON Web Token');
  const claims = claimsOf(jwt);
  if (claims === undefined) throw unreadable('its claims are no JSON object');
  const expiresOn = dateClaim(claims['exp']);
  if (expiresOn === undefined) throw unreadable('it has no time of expiry');
  const subject = textClaim(claims['sub']);
  return {
    token: new Secret(jwt),
    issuer: textClaim(claims['iss']),
    subject,
    connectionName: nameInSubject(subject),
    audience: textClaim(claims['aud']),
    issuedOn: dateClaim(claims['iat']),
    expiresOn,
  };
}

/** Whether the token comes from the issuer that retires. */
export function isFromRetiringIssuer(idToken: Pick<IdToken, 'issuer'>): boolean {
  return idToken.issuer.startsWith(devOpsIssuer);
}

/** With an agent's clock that is more wrong than this, tools that compare times fail, in ms. */
export const tolerableSkewMs = 60_000;

const maxLifeMs = 48 * 60 * 60_000;

/** Entra and Azure DevOps count in whole seconds, so up to one of them may be gone already. */
const roundingMs = 1_000;

/**
 * How long the token is good from the moment it was asked for, in ms. Measured between the issuer's
 * own `iat` and `exp`, because the agent's clock may be wrong by minutes; no longer than from the
 * server's own time to `exp`, where its answer told that, because an issuer may date `iat` back; by
 * the agent's clock only where neither makes sense.
 */
export function idTokenLifeMs(idToken: IdToken, askedOn: Date): number {
  const { issuedOn, expiresOn, clockAheadMs } = idToken;
  const leftMs = expiresOn.getTime() - askedOn.getTime();
  const own = issuedOn === undefined ? 0 : expiresOn.getTime() - issuedOn.getTime();
  const byClaims = own > 0 && own <= maxLifeMs ? own : leftMs;
  const byServer = clockAheadMs === undefined ? byClaims : leftMs + clockAheadMs;
  return Math.max(0, Math.min(byClaims, byServer, maxLifeMs) - roundingMs);
}

/** Entra allows no longer subject in a federated credential. */
const maxClaim = 600;

/**
 * A claim as Entra compares it, letter for letter: names of organizations, projects and connections
 * stand in it, in any language. Only line breaks and other controls, which no name has, are replaced.
 */
function textClaim(value: unknown): string {
  const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
  return texts
    .join(' ')
    .replace(/[\p{Cc}\u2028\u2029]/gu, '?')
    .slice(0, maxClaim);
}

function unreadable(why: string): FederationError {
  return new FederationError({
    code: 'DEVOPS_ANSWER_UNREADABLE',
    message: `Azure DevOps answered with something that cannot be used as an ID token: ${why}.`,
    remedy:
      'Run the job again; if it stays so, look at status.dev.azure.com and at proxies between.',
    kind: 'transient',
  });
}
