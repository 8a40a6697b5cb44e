import { randomBytes } from 'node:crypto';
import type { Cloud } from './clouds.ts';
import { isSignedBy, readToken, signToken, textClaim, timeClaim } from './jwt.ts';
import type { Distortion } from './message.ts';
import { bare } from './resources.ts';
import type { Application, World } from './world.ts';

/** An access token and what is told of it beside it. */
export interface AccessToken {
  readonly token: string;
  readonly tokenId: string;
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly expiresOn: number;
  readonly expiresIn: number;
}

/** Why a resource takes no token; `none` when there was none. */
export type TokenFlaw =
  'none' | 'malformed' | 'signature' | 'issuer' | 'expired' | 'not-yet' | 'audience' | 'identity';

/** Who presents a token, or why it is none. */
export type Presented =
  | { readonly application: Application; readonly tokenId: string }
  | {
      readonly flaw: TokenFlaw;
      readonly tokenId?: string;
      readonly audience?: string;
      /** Seconds since 1970. */
      readonly expiry?: number;
    };

/** Entra dates its tokens five minutes back, for the sake of slow clocks. */
const backdatedSeconds = 300;

const identityClaims = (application: Application, tenantId: string) => ({
  appid: application.clientId,
  appidacr: '2',
  idp: `https://sts.windows.net/${tenantId}/`,
  idtyp: 'app',
  oid: application.objectId,
  sub: application.objectId,
  tid: tenantId,
  ver: '1.0',
});

/** An access token; `aud` is the resource to the letter. */
export function issueAccessToken(
  application: Application,
  resource: string,
  world: World,
  distortion: Distortion = { clockSkewSeconds: 0 },
  tenantId = world.tenantId,
): AccessToken {
  const now = Math.floor(Date.now() / 1000) + distortion.clockSkewSeconds;
  const expiresIn = distortion.validitySeconds ?? world.lifetimes.accessTokenSeconds;
  const tokenId = randomBytes(16).toString('base64url');
  const notBefore = now - backdatedSeconds;
  const expiresOn = now + expiresIn;
  const token = signToken(world.keys.entra, {
    aud: resource,
    iss: `${application.cloud.tokenIssuer}/${tenantId}/`,
    iat: notBefore,
    nbf: notBefore,
    exp: expiresOn,
    ...identityClaims(application, tenantId),
    uti: tokenId,
  });
  world.issued.push({ kind: 'access-token', value: token });
  return { token, tokenId, notBefore, expiresOn, expiresIn };
}

/** Whose access token this is, for a resource with these audiences (without slashes at their end). */
export function presentedBy(
  token: string | undefined,
  audiences: readonly string[],
  cloud: Cloud,
  world: World,
): Presented {
  if (token === undefined) return { flaw: 'none' };
  const read = readToken(token);
  if (!read) return { flaw: 'malformed' };
  if (!isSignedBy(read, world.keys.entra.published)) return { flaw: 'signature' };
  const { claims } = read;
  const tokenId = textClaim(claims, 'uti');
  const audience = textClaim(claims, 'aud');
  const expiry = timeClaim(claims, 'exp');
  const now = Date.now() / 1000;
  const flawed = (flaw: TokenFlaw): Presented => ({ flaw, tokenId, audience, expiry });
  if (textClaim(claims, 'iss') !== `${cloud.tokenIssuer}/${world.tenantId}/`) {
    return flawed('issuer');
  }
  if (!(now < expiry)) return flawed('expired');
  if (!(timeClaim(claims, 'nbf') <= now)) return flawed('not-yet');
  if (!audiences.includes(bare(audience))) return flawed('audience');
  const application = world.applications.get(textClaim(claims, 'appid'));
  return application?.cloud === cloud ? { application, tokenId } : flawed('identity');
}
