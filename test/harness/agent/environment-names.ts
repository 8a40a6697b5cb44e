/** A variable's name as environment variable: dots and blanks only, then upper case. */
export function mangle(name: string, preserveCase = false): string {
  const formatted = name.replaceAll('.', '_').replaceAll(' ', '_');
  return preserveCase ? formatted : formatted.toUpperCase();
}

/**
 * Lays environments over each other; later values win. Where names ignore case, as on Windows, the
 * first spelling of a name stays (agent: a dictionary with `EnvironmentVariableKeyComparer`).
 */
export function overlay(
  ignoresCase: boolean,
  ...environments: readonly Readonly<Record<string, string>>[]
): Record<string, string> {
  const entries = new Map<string, readonly [name: string, value: string]>();
  for (const [name, value] of environments.flatMap(Object.entries<string>)) {
    const key = ignoresCase ? name.toUpperCase() : name;
    entries.set(key, [entries.get(key)?.[0] ?? name, value]);
  }
  return Object.fromEntries(entries.values());
}
