import { json, type EmulatorRequest, type EmulatorResponse } from '../message.ts';
import type { World } from '../world.ts';
import { googleError, memberOf } from './google-sts.ts';
import { md5, putObject, type Bucket, type StoredObject } from './object-store.ts';

type Action = (request: EmulatorRequest, bucket: Bucket, name: string) => EmulatorResponse;

/** A bucket of the JSON or the XML API, behind a token of a member who may use it. */
const inBucket =
  (action: Action) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const member = memberOf(request, world);
    if (typeof member !== 'string') return member;
    const { bucket: name = '', object = '' } = request.params;
    const bucket = world.google.buckets.get(name);
    if (bucket?.users.has(member) !== true) {
      return googleError(
        403,
        'PERMISSION_DENIED',
        `${member} does not have storage.objects.get access to the Google Cloud Storage object. Permission 'storage.objects.get' denied on resource (or it may not exist).`,
      );
    }
    return action(request, bucket, object);
  };

const resourceOf = (bucket: string, stored: StoredObject) => ({
  kind: 'storage#object',
  id: `${bucket}/${stored.name}/${stored.generation}`,
  name: stored.name,
  bucket,
  generation: String(stored.generation),
  metageneration: '1',
  contentType: stored.contentType,
  size: String(stored.content.length),
  md5Hash: md5(stored.content, 'base64'),
  timeCreated: stored.writtenAt.toISOString(),
  updated: stored.writtenAt.toISOString(),
});

const missing = (name: string): EmulatorResponse =>
  // The usual answer to the look for a state or a lock that is not there yet: no error.
  ({ ...googleError(404, 'NOT_FOUND', `No such object: ${name}`), remark: {} });

/** Undefined where a wish such as `ifGenerationMatch=0` (only if it is new) is met. */
function unmet(request: EmulatorRequest, stored: StoredObject | undefined) {
  const wanted = request.query.get('ifGenerationMatch');
  if (wanted === null || wanted === String(stored?.generation ?? 0)) return undefined;
  return googleError(
    412,
    'FAILED_PRECONDITION',
    'At least one of the pre-conditions you specified did not hold.',
  );
}

/** `GET /storage/v1/b/{bucket}/o`. */
const googleObjects = inBucket((request, bucket) => {
  const prefix = request.query.get('prefix') ?? '';
  const name = request.params['bucket'] ?? '';
  const items = [...bucket.objects.values()]
    .filter((stored) => stored.name.startsWith(prefix))
    .map((stored) => resourceOf(name, stored));
  return json(200, { kind: 'storage#objects', items });
});

const contentOf = ({ content, contentType, generation }: StoredObject): EmulatorResponse => ({
  status: 200,
  headers: {
    'Content-Type': contentType,
    'x-goog-generation': String(generation),
    'x-goog-metageneration': '1',
    'x-goog-hash': `md5=${md5(content, 'base64')}`,
    'x-goog-stored-content-length': String(content.length),
    'x-goog-stored-content-encoding': 'identity',
  },
  body: content,
});

/** `GET` and `DELETE /storage/v1/b/{bucket}/o/{object}`, the former with `alt=media` too. */
const googleObject = inBucket((request, bucket, name) => {
  const stored = bucket.objects.get(name);
  if (!stored) return missing(name);
  if (request.method === 'DELETE') {
    const refusal = unmet(request, stored);
    if (refusal) return refusal;
    bucket.objects.delete(name);
    return { status: 204, headers: {}, body: '' };
  }
  if (request.query.get('alt') === 'media') return contentOf(stored);
  return json(200, resourceOf(request.params['bucket'] ?? '', stored));
});

/** `GET /{bucket}/{object}` of the XML API, by which Google's Go library reads. */
const googleContent = inBucket((_request, bucket, name) => {
  const stored = bucket.objects.get(name);
  return stored ? contentOf(stored) : missing(name);
});

/** The two parts of a `multipart/related` upload: what is said of the object, and its content. */
function partsOf({ headers, body }: EmulatorRequest): readonly Buffer[] {
  const boundary = /boundary="?([^";]+)/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return [];
  const text = body.toString('latin1');
  return text
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const start = part.indexOf('\r\n\r\n') + 4;
      return Buffer.from(part.slice(start, -2), 'latin1');
    });
}

/** `POST /upload/storage/v1/b/{bucket}/o?uploadType=multipart`. */
const googleUpload = inBucket((request, bucket) => {
  const [about, content] = partsOf(request);
  if (!about || !content) {
    return googleError(400, 'INVALID_ARGUMENT', 'Only multipart uploads are played here.');
  }
  const { name, contentType } = JSON.parse(about.toString()) as {
    readonly name: string;
    readonly contentType?: string;
  };
  const refusal = unmet(request, bucket.objects.get(name));
  if (refusal) return refusal;
  const stored = putObject(bucket, name, content, contentType ?? 'application/octet-stream');
  return json(200, resourceOf(request.params['bucket'] ?? '', stored));
});

/** The paths of the JSON and the XML API, with what answers there. */
export const googleStoragePaths = [
  [/^\/upload\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/, googleUpload],
  [/^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o$/, googleObjects],
  [/^\/storage\/v1\/b\/(?<bucket>[^/]+)\/o\/(?<object>.+)$/s, googleObject],
  [/^\/(?<bucket>[^/]+)\/(?<object>.+)$/s, googleContent],
] as const;
