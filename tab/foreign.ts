/** Says what does not fit; the words are those of this page only. */
export class Misfit extends Error {}

/** Reads a value of an answer or a record, which may be anything. Throws a {@link Misfit}. */
export type Reader<T> = (value: unknown) => T;

/** The fields of any object, by their names. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new Misfit('a part of it is no object');
}

/** Reads those fields of an object that have a reader. */
export function object<T>(readers: { readonly [name in keyof T]: Reader<T[name]> }): Reader<T> {
  return (value) => {
    const fields = fieldsOf(value);
    const read = Object.entries(readers as Readonly<Record<string, Reader<unknown>>>);
    return Object.fromEntries(read.map(([name, reader]) => [name, reader(fields[name])])) as T;
  };
}

/** Reads each item of a list. */
export function listOf<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (Array.isArray(value)) return value.map((item: unknown) => read(item));
    throw new Misfit('a part of it is no list');
  };
}

/** Reads a text, and cuts it to a number of characters. */
export function textOf(maxCharacters: number): Reader<string> {
  return (value) => {
    if (typeof value !== 'string') throw new Misfit('a name is no text');
    return value.length > maxCharacters ? `${value.slice(0, maxCharacters)}…` : value;
  };
}

/** Reads a whole number. */
export function integer(value: unknown): number {
  if (Number.isInteger(value)) return Number(value);
  throw new Misfit('a time or a count is no whole number');
}

/** Reads what may be absent. */
export function optional<T, Absent>(read: Reader<T>, absent: Absent): Reader<T | Absent> {
  return (value) => (value === undefined || value === null ? absent : read(value));
}

/** Reads what need not fit. */
export function or<T, Other>(read: Reader<T>, other: Other): Reader<T | Other> {
  return (value) => {
    try {
      return read(value);
    } catch {
      return other;
    }
  };
}
