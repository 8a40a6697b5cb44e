import { Secret } from '../secret.ts';

/** Whose assertion it is. */
export interface AssertionOwner {
  readonly clientId: string;
  readonly tenantId: string;
}

/** What became of the file. */
export type AssertionChange =
  | { readonly content: Secret }
  /** Nobody is signed in there with an assertion of this owner (any more). */
  | 'no entry'
  /** Somebody is writing it at this moment. */
  | 'unreadable';

/**
 * The content of az's `service_principal_entries.json` with a fresh ID token in place of the one
 * that az stored when it signed in; everything else stays as it is.
 */
export function withFreshAssertion(
  content: string,
  { clientId, tenantId }: AssertionOwner,
  idToken: Secret,
): AssertionChange {
  const entries = entriesIn(content);
  if (entries === undefined) return 'unreadable';
  const isOwners = (entry: Readonly<Record<string, unknown>>): boolean =>
    same(entry['client_id'], clientId) &&
    same(entry['tenant'], tenantId) &&
    typeof entry['client_assertion'] === 'string';
  if (!entries.some(isOwners)) return 'no entry';
  const changed = entries.map((entry) =>
    isOwners(entry) ? { ...entry, client_assertion: idToken.reveal() } : entry,
  );
  return { content: new Secret(JSON.stringify(changed, undefined, 4)) };
}

function entriesIn(content: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const entries: unknown = JSON.parse(content);
    if (!Array.isArray(entries)) return undefined;
    return entries.filter((entry) => typeof entry === 'object' && entry !== null) as Record<
      string,
      unknown
    >[];
  } catch {
    return undefined;
  }
}

function same(value: unknown, wanted: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === wanted.toLowerCase();
}
