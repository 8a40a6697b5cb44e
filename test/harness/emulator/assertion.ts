import type { RefusalDetail } from './aadsts.ts';
import { publishedKeys } from './discovery.ts';
import { defaultAudience, entraAudience } from './federation.ts';
import { isSignedBy, readToken, textClaim, timeClaim, type ReadToken } from './jwt.ts';
import type { Application, World } from './world.ts';

/** Why an assertion is refused: the AADSTS code, and what its text names. */
export interface Verdict {
  readonly code: number;
  readonly detail: RefusalDetail;
}

const tokenIdOf = (token: ReadToken): string =>
  textClaim(token.claims, 'jti') || textClaim(token.claims, 'uti');

function matchCode(token: ReadToken, application: Application): number | undefined {
  const credentials = application.federatedCredentials;
  if (credentials.length === 0) return 70025;
  const issuer = textClaim(token.claims, 'iss');
  const subject = textClaim(token.claims, 'sub');
  const presented = textClaim(token.claims, 'aud');
  // Entra writes its own number for the audience that the credential has by name.
  const audience =
    issuer.startsWith('https://login.microsoftonline.com/') && presented === entraAudience
      ? defaultAudience
      : presented;
  const ofIssuer = credentials.filter((credential) => credential.issuer === issuer);
  if (ofIssuer.length === 0) return 700211;
  const ofSubject = ofIssuer.filter((credential) => credential.subject === subject);
  if (ofSubject.length === 0) {
    const inAnyCase = ofIssuer.some(
      (credential) => credential.subject.toLowerCase() === subject.toLowerCase(),
    );
    return inAnyCase ? 7002138 : 700213;
  }
  return ofSubject.some((credential) => credential.audience === audience) ? undefined : 700212;
}

function signatureCode(token: ReadToken, world: World): number | undefined {
  const keys = publishedKeys(textClaim(token.claims, 'iss'), world);
  const key = keys.find((candidate) => candidate.kid === token.header['kid']);
  if (!key) return 7000272;
  return isSignedBy(token, key) ? undefined : 700027;
}

/** Without any leeway: the real tolerance is not known, and a client should not live on it. */
function timeCode(token: ReadToken, now: Date): number | undefined {
  const seconds = now.getTime() / 1000;
  const inTime =
    timeClaim(token.claims, 'nbf') <= seconds && seconds < timeClaim(token.claims, 'exp');
  return inTime ? undefined : 700024;
}

/** What a refusal may say of an assertion; nothing of one that cannot be read. */
export function describeAssertion(assertion: string): RefusalDetail {
  const token = readToken(assertion);
  if (!token) return {};
  return {
    issuer: textClaim(token.claims, 'iss'),
    subject: textClaim(token.claims, 'sub'),
    audience: textClaim(token.claims, 'aud'),
    keyId: textClaim(token.header, 'kid'),
    notBefore: timeClaim(token.claims, 'nbf'),
    expiry: timeClaim(token.claims, 'exp'),
  };
}

/** Judges a client assertion as Entra does; undefined when nothing is wrong with it. */
export function judgeAssertion(
  assertion: string,
  application: Application,
  world: World,
  now: Date,
): { readonly verdict: Verdict | undefined; readonly tokenId: string } {
  const token = readToken(assertion);
  if (!token) return { verdict: { code: 50027, detail: {} }, tokenId: '' };
  const code = matchCode(token, application) ?? signatureCode(token, world) ?? timeCode(token, now);
  const tokenId = tokenIdOf(token);
  if (code === undefined) return { verdict: undefined, tokenId };
  const { clientId, name } = application;
  const detail = { clientId, name, now, ...describeAssertion(assertion) };
  return { verdict: { code, detail }, tokenId };
}
