import {
  createHash,
  createPublicKey,
  generateKeyPair,
  sign,
  verify,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';

/** The payload of a token. */
export type Claims = Readonly<Record<string, unknown>>;

/** A public key as a JWKS publishes it. */
export type PublishedKey = JsonWebKey & { readonly kid: string };

/** An RSA key of one issuer. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly published: PublishedKey;
}

/** A token taken apart; nothing in it is proven. */
export interface ReadToken {
  readonly header: Claims;
  readonly claims: Claims;
  readonly signed: string;
  readonly signature: Buffer;
}

const encode = (value: Claims): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A new 2048-bit key. As Entra does, we give it its `x5t` as its id. That is a SHA-1 thumbprint, and
 * strict clients refuse one that has not 20 bytes; with no certificate, it is that of the key.
 */
export async function createSigningKey(): Promise<SigningKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const { e, n } = pair.publicKey.export({ format: 'jwk' });
  const kid = createHash('sha1')
    .update(pair.publicKey.export({ format: 'der', type: 'spki' }))
    .digest('base64url');
  const published = { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t: kid, n, e };
  return { kid, privateKey: pair.privateKey, published: published as PublishedKey };
}

/** An RS256 token. */
export function signToken(key: SigningKey, claims: Claims): string {
  const header = encode({ typ: 'JWT', alg: 'RS256', x5t: key.kid, kid: key.kid });
  const signed = `${header}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
}

function parseObject(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes a token apart; undefined where it is none, be it only for a newline at its end. */
export function readToken(token: string): ReadToken | undefined {
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || token.endsWith('\n')) return undefined;
  const [head = '', body = '', signature = ''] = token.split('.');
  const header = parseObject(head);
  const claims = parseObject(body);
  if (!header || !claims) return undefined;
  return {
    header,
    claims,
    signed: `${head}.${body}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

/** Whether the signature is this published key's. */
export const isSignedBy = (token: ReadToken, key: PublishedKey): boolean =>
  token.header['alg'] === 'RS256' &&
  verify(
    'sha256',
    Buffer.from(token.signed),
    createPublicKey({ key, format: 'jwk' }),
    token.signature,
  );

/** A claim as text; empty where it is missing. */
export function textClaim(claims: Claims, name: string): string {
  const value = claims[name];
  return typeof value === 'string' ? value : '';
}

/** A claim in seconds since 1970; not a number where it is missing, so that no comparison holds. */
export function timeClaim(claims: Claims, name: string): number {
  const value = claims[name];
  return typeof value === 'number' ? value : Number.NaN;
}
