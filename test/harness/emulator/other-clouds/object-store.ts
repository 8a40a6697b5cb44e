import { createHash } from 'node:crypto';

/** An object as both clouds keep it. */
export interface StoredObject {
  readonly name: string;
  readonly content: Buffer;
  readonly contentType: string;
  /** Rises with each version of an object of this name; Google's stores show it. */
  readonly generation: number;
  readonly writtenAt: Date;
}

/** A bucket: who may use it, and what is in it. */
export interface Bucket {
  /** Principals of its cloud: a member of Google's IAM, or the ARN of a role. */
  readonly users: Set<string>;
  readonly objects: Map<string, StoredObject>;
}

/** An empty bucket. */
export const createBucket = (): Bucket => ({ users: new Set(), objects: new Map() });

let lastGeneration = Date.now() * 1000;

/** Writes an object, in the place of the one of the same name. */
export function putObject(
  bucket: Bucket,
  name: string,
  content: Buffer,
  contentType: string,
): StoredObject {
  lastGeneration += 1;
  const written = {
    name,
    content,
    contentType,
    generation: lastGeneration,
    writtenAt: new Date(),
  };
  bucket.objects.set(name, written);
  return written;
}

/** MD5 of the content: S3's ETag as hex, Google's `md5Hash` as base64. */
export const md5 = (content: Buffer, encoding: 'hex' | 'base64'): string =>
  createHash('md5').update(content).digest(encoding);
