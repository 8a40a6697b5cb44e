import type { EmulatorRequest, EmulatorResponse } from '../message.ts';
import type { World } from '../world.ts';
import { sessionOf, type SignatureFlaw } from './aws-signature.ts';
import { escaped, xml } from './aws-sts.ts';
import { md5, putObject, type Bucket } from './object-store.ts';

const s3Error = (status: number, code: string, message: string, isUsual = false) =>
  xml(
    status,
    `<Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
    isUsual ? {} : { error: code },
  );

/** Each with the status and the text of S3. */
const flaws: Readonly<Record<SignatureFlaw, readonly [status: number, message: string]>> = {
  MissingAuthenticationToken: [403, 'Access Denied'],
  InvalidClientTokenId: [403, 'The AWS Access Key Id you provided does not exist in our records.'],
  ExpiredToken: [400, 'The provided token has expired.'],
  RequestTimeTooSkewed: [
    403,
    'The difference between the request time and the current time is too large.',
  ],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  ],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
};

/** The body behind the frames of `aws-chunked`, in which newer SDKs wrap an upload. */
function contentOf({ headers, body }: EmulatorRequest): Buffer {
  if (!(headers['content-encoding'] ?? '').includes('aws-chunked')) return body;
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length;) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.subarray(at, lineEnd).toString(), 16);
    if (!(size > 0)) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

function list(request: EmulatorRequest, name: string, bucket: Bucket): EmulatorResponse {
  const prefix = request.query.get('prefix') ?? '';
  const found = [...bucket.objects.values()].filter((one) => one.name.startsWith(prefix));
  const contents = found.map(
    ({ name: key, content, writtenAt }) =>
      `<Contents><Key>${escaped(key)}</Key><LastModified>${writtenAt.toISOString()}</LastModified><ETag>&quot;${md5(content, 'hex')}&quot;</ETag><Size>${content.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  );
  return xml(
    200,
    `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${name}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${found.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`,
  );
}

function read(request: EmulatorRequest, bucket: Bucket, key: string): EmulatorResponse {
  const stored = bucket.objects.get(key);
  // The usual answer to the look for a state or a lock that is not there yet: no error.
  if (!stored) return s3Error(404, 'NoSuchKey', 'The specified key does not exist.', true);
  const isHead = request.method === 'HEAD';
  return {
    status: 200,
    headers: {
      'Content-Type': stored.contentType,
      ETag: `"${md5(stored.content, 'hex')}"`,
      'Last-Modified': stored.writtenAt.toUTCString(),
      ...(isHead ? { 'content-length': String(stored.content.length) } : {}),
    },
    body: isHead ? '' : stored.content,
  };
}

function write(request: EmulatorRequest, bucket: Bucket, key: string): EmulatorResponse {
  if (request.headers['if-none-match'] === '*' && bucket.objects.has(key)) {
    return s3Error(
      412,
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
    );
  }
  const contentType = request.headers['content-type'] ?? 'binary/octet-stream';
  const { content } = putObject(bucket, key, contentOf(request), contentType);
  return { status: 200, headers: { ETag: `"${md5(content, 'hex')}"` }, body: '' };
}

/** A bucket by its own host, or by the first part of the path. */
function placeOf({ host, path }: EmulatorRequest): { bucket: string; key: string } {
  const own = /^(?<bucket>.+)\.s3[.-][a-z0-9.-]*amazonaws\.com$/.exec(host)?.groups?.['bucket'];
  if (own !== undefined) return { bucket: own, key: path.slice(1) };
  const [, bucket = '', ...rest] = path.split('/');
  return { bucket, key: rest.join('/') };
}

/** S3, for roles that may use a bucket. */
export function s3(request: EmulatorRequest, { aws }: World): EmulatorResponse {
  const session = sessionOf(request, aws);
  if (typeof session === 'string') {
    const [status, message] = flaws[session];
    return s3Error(status, session, message);
  }
  const { bucket: name, key } = placeOf(request);
  const bucket = aws.buckets.get(name);
  if (!bucket) return s3Error(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (!bucket.users.has(session.roleArn)) return s3Error(403, 'AccessDenied', 'Access Denied');
  if (key === '') return list(request, name, bucket);
  if (request.method === 'PUT') return write(request, bucket, key);
  if (request.method !== 'DELETE') return read(request, bucket, key);
  bucket.objects.delete(key);
  return { status: 204, headers: {}, body: '' };
}
