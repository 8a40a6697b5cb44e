import { isSignedBy, readToken, textClaim, timeClaim, type Claims } from '../jwt.ts';
import type { World } from '../world.ts';
import { discoveredKeys } from './discovered-keys.ts';

/** An ID token of Azure DevOps as another cloud sees it. */
export interface WebIdentity {
  readonly claims: Claims;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** Seconds since 1970; not a number where the token does not say. */
  readonly issuedAt: number;
  readonly expiry: number;
  readonly tokenId: string;
  /** The service connection that the token is for; empty where there is none. */
  readonly connectionId: string;
}

/** What is wrong with the proof of an ID token. */
export type ProofFlaw = 'signature' | 'expired' | 'not-yet';

/** Takes an ID token apart; undefined where it is none. Nothing in it is proven. */
export function readWebIdentity(token: string, world: World): WebIdentity | undefined {
  const read = readToken(token);
  if (!read) return undefined;
  const { claims } = read;
  const issuer = textClaim(claims, 'iss');
  const subject = textClaim(claims, 'sub');
  const connection = [...world.connections.values()].find(
    (one) => one.issuer === issuer && one.subject === subject,
  );
  return {
    claims,
    issuer,
    subject,
    audience: textClaim(claims, 'aud'),
    issuedAt: timeClaim(claims, 'iat'),
    expiry: timeClaim(claims, 'exp'),
    tokenId: textClaim(claims, 'jti') || textClaim(claims, 'uti'),
    connectionId: connection?.id ?? '',
  };
}

/** Proves signature and times, without any leeway; undefined where nothing is wrong. */
export function flawOfProof(token: string, world: World, now: Date): ProofFlaw | undefined {
  const read = readToken(token);
  if (!read) return 'signature';
  const keys = discoveredKeys(textClaim(read.claims, 'iss'), world);
  const key = keys.find(({ kid }) => kid === read.header['kid']);
  if (!key || !isSignedBy(read, key)) return 'signature';
  const seconds = now.getTime() / 1000;
  if (!(seconds < timeClaim(read.claims, 'exp'))) return 'expired';
  const notBefore = read.claims['nbf'] === undefined ? -Infinity : timeClaim(read.claims, 'nbf');
  return notBefore <= seconds && timeClaim(read.claims, 'iat') <= seconds ? undefined : 'not-yet';
}
