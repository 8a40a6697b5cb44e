import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { EmulatorRequest } from '../message.ts';
import type { AwsAccount, AwsSession } from './aws-cloud.ts';

/** Why AWS takes no signature: the code of its error. */
export type SignatureFlaw =
  | 'MissingAuthenticationToken'
  | 'InvalidClientTokenId'
  | 'ExpiredToken'
  | 'RequestTimeTooSkewed'
  | 'SignatureDoesNotMatch'
  | 'XAmzContentSHA256Mismatch';

const longestSkewMs = 15 * 60_000;

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest();

interface Credential {
  readonly accessKeyId: string;
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

function credentialOf({ headers }: EmulatorRequest): Credential | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=(?<id>\w+)\/(?<scope>\d{8}\/[\w-]+\/\w+\/aws4_request), ?SignedHeaders=(?<names>[\w;-]+), ?Signature=(?<signature>[0-9a-f]{64})$/;
  const { id, scope, names, signature } =
    pattern.exec(headers['authorization'] ?? '')?.groups ?? {};
  if (id === undefined || scope === undefined || signature === undefined) return undefined;
  return { accessKeyId: id, scope, signedHeaders: names?.split(';') ?? [], signature };
}

function canonicalQuery(target: string): string {
  const [, query = ''] = target.split('?', 2);
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

/** S3 names the hash of its body in a header, or says that it is not signed; others do not. */
const payloadHash = ({ headers, body }: EmulatorRequest): string =>
  headers['x-amz-content-sha256'] ?? sha256(body);

function stringToSign(request: EmulatorRequest, { scope, signedHeaders }: Credential): string {
  const { headers, method, target } = request;
  const lines = signedHeaders.map(
    (name) => `${name}:${(headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  const canonical = [
    method,
    target.split('?', 1)[0] ?? '/',
    canonicalQuery(target),
    lines.join(''),
    signedHeaders.join(';'),
    payloadHash(request),
  ].join('\n');
  return ['AWS4-HMAC-SHA256', headers['x-amz-date'] ?? '', scope, sha256(canonical)].join('\n');
}

function signatureOf(text: string, secret: string, scope: string): string {
  const key = scope
    .split('/')
    .reduce<Buffer | string>((last, part) => hmac(last, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

/** In ms since 1970; not a number where there is no date. */
const signedAt = ({ headers }: EmulatorRequest): number =>
  Date.parse(
    (headers['x-amz-date'] ?? '').replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    ),
  );

function hasFalseHash({ headers, body }: EmulatorRequest): boolean {
  const named = headers['x-amz-content-sha256'] ?? '';
  return /^[0-9a-f]{64}$/.test(named) && named !== sha256(body);
}

/**
 * Whose signature a request has, by AWS' signature version 4: the session, or what is wrong.
 * Each header that AWS demands must be signed: the host, and every `x-amz-…`.
 */
export function sessionOf(
  request: EmulatorRequest,
  account: AwsAccount,
): AwsSession | SignatureFlaw {
  const credential = credentialOf(request);
  if (!credential) return 'MissingAuthenticationToken';
  const session = account.sessions.get(credential.accessKeyId);
  if (session?.sessionToken !== request.headers['x-amz-security-token']) {
    return 'InvalidClientTokenId';
  }
  if (!session) return 'InvalidClientTokenId';
  if (!(Math.abs(Date.now() - signedAt(request)) < longestSkewMs)) return 'RequestTimeTooSkewed';
  const demanded = Object.keys(request.headers).filter(
    (name) => name === 'host' || name.startsWith('x-amz-'),
  );
  const wanted = signatureOf(
    stringToSign(request, credential),
    session.secretAccessKey,
    credential.scope,
  );
  const isTrue =
    demanded.every((name) => credential.signedHeaders.includes(name)) &&
    timingSafeEqual(Buffer.from(wanted), Buffer.from(credential.signature));
  if (!isTrue) return 'SignatureDoesNotMatch';
  if (hasFalseHash(request)) return 'XAmzContentSHA256Mismatch';
  return new Date() < session.expiresAt ? session : 'ExpiredToken';
}
