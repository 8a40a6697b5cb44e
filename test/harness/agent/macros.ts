/** Looks a name up; nothing where it is unknown. */
export type Lookup = (name: string) => string | undefined;

/**
 * Replaces each `$(name)` once, from left to right; what a replacement brings in is not looked at
 * again, and an unknown macro stays as it is (agent: `VarUtil.ExpandValues`).
 */
export function expandMacros(text: string, ...lookups: readonly Lookup[]): string {
  return lookups.reduce(expandFrom, text);
}

function expandFrom(text: string, lookup: Lookup): string {
  let result = '';
  let rest = text;
  for (;;) {
    const start = rest.indexOf('$(');
    const end = rest.indexOf(')', start + 2);
    if (start < 0 || end < 0) return result + rest;
    const value = lookup(rest.slice(start + 2, end));
    // An unknown name may hide a macro behind it: `$(a $(b)`; go on right after this bracket.
    const next = value === undefined ? start + 2 : end + 1;
    result += value === undefined ? rest.slice(0, next) : rest.slice(0, start) + value;
    rest = rest.slice(next);
  }
}

/** Looks up in a record; names of environment variables keep their case. */
export function lookupIn(record: Readonly<Record<string, string>>): Lookup {
  return (name) => (Object.hasOwn(record, name) ? record[name] : undefined);
}
