/** A value of an answer or a record, which may be anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** Says what does not fit; the words are those of this page only. */
export class Misfit extends Error {}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws {Misfit} for what is no object. */
export function fieldsOf(value: unknown): Fields {
  if (isObject(value)) return value;
  throw new Misfit('a part of it is no object');
}

/** @throws {Misfit} for what is no list. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Misfit('a part of it is no list');
}
