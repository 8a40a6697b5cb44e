import type { ProfileFile, Said, SessionRecord } from './sessions.ts';

/** A line that did not say or do in a session what it does after `az login`. */
export interface Difference {
  readonly line: string;
  readonly what: 'exit code' | 'output' | 'errors';
  readonly expected: string;
  readonly found: string;
}

/** Compares a session with that of `az login`, line by line. */
export function compareSessions(
  reference: SessionRecord,
  session: SessionRecord,
): readonly Difference[] {
  return reference.said.flatMap((expected, index) => {
    const found = session.said[index];
    if (found?.line !== expected.line) throw new Error('The sessions ran other lines.');
    return differencesOf(expected, reference, found, session);
  });
}

function differencesOf(
  expected: Said,
  reference: SessionRecord,
  found: Said,
  session: SessionRecord,
): readonly Difference[] {
  const { line } = expected;
  const pairs = [
    ['exit code', String(expected.status), String(found.status)],
    ['output', neutral(expected.output, reference), neutral(found.output, session)],
    ['errors', neutral(expected.errors, reference), neutral(found.errors, session)],
  ] as const;
  return pairs
    .filter(([, wanted, got]) => wanted !== got)
    .map(([what, wanted, got]) => ({ line, what, expected: wanted, found: got }));
}

/** What is different in every run, and says nothing: IDs, times, and how long something took. */
const passing: readonly (readonly [RegExp, string])[] = [
  [/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi, 'GUID'],
  [/\b[\da-f]{32}\b/gi, 'GUID'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g, 'TIME'],
  [/\b1[6-9]\d{8}\b/g, 'SECONDS'],
  [/\bPT[\d.]+S\b/g, 'DURATION'],
  // In the subject of an Entra-issued ID token: tenant and application, encoded.
  [/\/t\/[\w-]{22}\/a\/[\w-]{22}/g, '/t/TENANT/a/APPLICATION'],
  [/"?0x[\dA-F]{15,16}"?/gi, 'ETAG'],
  [/(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, 'TIME'],
];

/** A text without what is of this run alone. */
export function neutral(text: string, { names }: Pick<SessionRecord, 'names'>): string {
  const named = [...names].reduce((so, [id, name]) => so.replaceAll(id, name), text);
  return passing.reduce((so, [pattern, word]) => so.replaceAll(pattern, word), named).trim();
}

/** A file of the profile beside its counterpart. */
export interface FileDifference {
  readonly name: string;
  readonly what: string;
}

/** Compares the files that two sign-ins left, key by key where they are JSON. */
export function compareProfiles(
  reference: SessionRecord,
  session: SessionRecord,
): readonly FileDifference[] {
  const names = [...new Set([...reference.files, ...session.files].map(({ name }) => name))];
  return names.toSorted().flatMap((name) => {
    const theirs = reference.files.find((file) => file.name === name);
    const ours = session.files.find((file) => file.name === name);
    if (ours === undefined) return [{ name, what: 'only after az login' }];
    if (theirs === undefined) return [{ name, what: 'only after FederatedLogin' }];
    return fileDifferences(name, [theirs, reference], [ours, session]);
  });
}

type Owned = readonly [file: ProfileFile, record: SessionRecord];

function fileDifferences(name: string, theirs: Owned, ours: Owned): readonly FileDifference[] {
  const [wanted, got] = [theirs, ours].map(([file, record]) => readValues(file, record));
  const keys = new Set([...(wanted?.keys() ?? []), ...(got?.keys() ?? [])]);
  return [...keys]
    .filter((key) => wanted?.get(key) !== got?.get(key))
    .map((key) => ({ name, what: `${key}: ${wanted?.get(key) ?? '–'} → ${got?.get(key) ?? '–'}` }));
}

/** Every value of a file by the path of its keys; a text that is no JSON by its lines. */
function readValues(file: ProfileFile, record: SessionRecord): ReadonlyMap<string, string> {
  const text = neutral(file.content.replace(/^\uFEFF/, ''), record);
  const values = new Map<string, string>();
  values.set('byte order mark', String(file.content.startsWith('\uFEFF')));
  if (/^[[{]/.test(text) && !file.name.endsWith('config')) flatten(JSON.parse(text), '', values);
  else text.split('\n').forEach((line, index) => values.set(`line ${index + 1}`, line));
  return values;
}

function flatten(value: unknown, path: string, values: Map<string, string>): void {
  if (typeof value !== 'object' || value === null) {
    values.set(path, JSON.stringify(value));
    return;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) values.set(path, JSON.stringify(value));
  for (const [key, member] of entries) flatten(member, `${path}/${key}`, values);
}
