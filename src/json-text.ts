/** A member of a JSON object, by name. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The byte order mark with which az begins some files. */
export const byteOrderMark = '\uFEFF';

/** The value of a JSON text; undefined where it is none, or cut off in the middle of a write. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text.startsWith(byteOrderMark) ? text.slice(1) : text);
  } catch {
    // Not passed on: the parser's message would quote the text.
    return undefined;
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a text that differs from another in the case of its letters at most. */
export function isSame(value: unknown, wanted: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase();
}
