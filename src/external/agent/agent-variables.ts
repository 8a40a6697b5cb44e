import { isObject } from '../../json-text.ts';

/**
 * A variable of the job that is no secret; undefined where it is empty. Read from the environment: the
 * task library would write the value to the debug log.
 */
export function variable(name: string): string | undefined {
  const value = process.env[name.replaceAll('.', '_').toUpperCase()];
  return value === '' ? undefined : value;
}

/** The texts among the members of a record, by their names in lower case. */
export function lowerCased(record: unknown): Record<string, string> {
  if (!isObject(record)) return {};
  return Object.fromEntries(
    Object.entries(record)
      .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
      .map(([name, value]) => [name.toLowerCase(), value]),
  );
}
