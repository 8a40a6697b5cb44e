import { readIdToken, type IdToken } from '../id-token/id-token.ts';
import { isObject, isSame, parsed, type JsonObject } from '../json-text.ts';
import { Secret } from '../secret.ts';
import type { ProfileOwner } from './owner.ts';

type Owner = Pick<ProfileOwner, 'clientId' | 'tenantId'>;

/** More entries than this are no file of one job. */
const maxEntries = 200;

/**
 * The content of `service_principal_entries.json` with a newer ID token in place of an older one of
 * the same issuer, subject and audience; everything else stays as it is. Secrets, certificates,
 * callbacks and what is no JWT are left alone.
 * @returns undefined where nothing is to be replaced.
 */
export function withNewerIdToken(text: string, owner: Owner, idToken: IdToken): Secret | undefined {
  const entries = entriesIn(text);
  if (entries === undefined || entries.length > maxEntries) return undefined;
  const isDue = (entry: unknown): entry is JsonObject =>
    isObject(entry) &&
    isOf(entry, owner) &&
    !('client_assertion_callback' in entry) &&
    isOlder(entry['client_assertion'], idToken);
  if (!entries.some(isDue)) return undefined;
  const client_assertion = idToken.token.reveal();
  return textOf(entries.map((entry) => (isDue(entry) ? { ...entry, client_assertion } : entry)));
}

/** The same after a sign-in: the owner's entry is replaced, and others stay. */
export function entriesAfterSignIn(
  text: string | undefined,
  owner: Owner,
  idToken: Secret,
): Secret {
  const others = (entriesIn(text ?? '') ?? []).filter(
    (entry) => !isObject(entry) || !isOf(entry, owner),
  );
  const { clientId, tenantId } = owner;
  const own = { client_id: clientId, tenant: tenantId, client_assertion: idToken.reveal() };
  return textOf([...others, own]);
}

/** Whether a text is an ID token of the same issuer, subject and audience that ends earlier. */
export function isOlder(text: unknown, idToken: IdToken): boolean {
  if (typeof text !== 'string') return false;
  try {
    const stored = readIdToken(text);
    return (
      stored.issuer === idToken.issuer &&
      stored.subject === idToken.subject &&
      stored.audience === idToken.audience &&
      stored.expiresOn < idToken.expiresOn
    );
  } catch {
    return false;
  }
}

function isOf(entry: JsonObject, { clientId, tenantId }: Owner): boolean {
  return isSame(entry['client_id'], clientId) && isSame(entry['tenant'], tenantId);
}

function entriesIn(text: string): readonly unknown[] | undefined {
  const entries = parsed(text);
  return Array.isArray(entries) ? entries : undefined;
}

function textOf(entries: readonly unknown[]): Secret {
  return new Secret(JSON.stringify(entries, undefined, 4));
}
