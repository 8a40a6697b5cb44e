import { isObject } from '../json-text.ts';

/** A message that is not what its reader expects; the broker answers it with 400. */
export class NotAMessage extends Error {
  override readonly name = 'NotAMessage';
}

/** An object whose fields nobody has looked at yet. */
export type Shape = Readonly<Record<string, unknown>>;

/** Nothing in a message is longer, an access token of Entra included. */
const maxTextLength = 64 * 1024;
const maxListLength = 1_000;

/** @throws {NotAMessage} for anything but an object. */
export function shapeOf(value: unknown): Shape {
  if (isObject(value)) return value;
  throw new NotAMessage('not an object');
}

/** @throws {NotAMessage} for anything but a text of reasonable length. */
export function text(shape: Shape, key: string): string {
  const value = shape[key];
  if (typeof value === 'string' && value.length <= maxTextLength) return value;
  throw new NotAMessage(`${key} is no text`);
}

/** @throws {NotAMessage} for a text that does not match as a whole. */
export function textLike(shape: Shape, key: string, pattern: RegExp): string {
  const value = text(shape, key);
  if (pattern.test(value)) return value;
  throw new NotAMessage(`${key} has another form`);
}

/** @throws {NotAMessage} for anything but a finite number. */
export function number(shape: Shape, key: string): number {
  const value = shape[key];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new NotAMessage(`${key} is no number`);
}

/** @throws {NotAMessage} for anything but true or false. */
export function boolean(shape: Shape, key: string): boolean {
  const value = shape[key];
  if (typeof value === 'boolean') return value;
  throw new NotAMessage(`${key} is neither true nor false`);
}

/** A moment in ISO 8601. @throws {NotAMessage} for anything else. */
export function moment(shape: Shape, key: string): string {
  const value = text(shape, key);
  if (!Number.isNaN(Date.parse(value))) return value;
  throw new NotAMessage(`${key} is no moment`);
}

/** @throws {NotAMessage} for anything but a list of reasonable length whose entries can be read. */
export function list<T>(shape: Shape, key: string, read: (entry: unknown) => T): readonly T[] {
  const value = shape[key];
  if (Array.isArray(value) && value.length <= maxListLength) return value.map(read);
  throw new NotAMessage(`${key} is no list`);
}

/** The reading of a field that may be absent. */
export function optional<T>(
  shape: Shape,
  key: string,
  read: (shape: Shape, key: string) => T,
): T | undefined {
  return shape[key] === undefined ? undefined : read(shape, key);
}
