import { mangled } from '../../agent/reserved-variables.ts';
import { isObject } from '../../json-text.ts';

/** The names of the agent's own variables that were read, as the agent writes them. */
export const readVariables = new Set<string>();

/**
 * A variable of the job that is no secret; undefined where it is empty. Read from the environment: the
 * task library would write the value to the debug log.
 */
export function variable(name: string): string | undefined {
  readVariables.add(name);
  const value = process.env[mangled(name)];
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
