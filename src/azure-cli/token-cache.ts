import type { AccessToken } from '../access-token/access-token.ts';
import { claimsOf } from '../id-token/jwt.ts';
import { isObject, isSame, parsed, type JsonObject } from '../json-text.ts';
import { Secret } from '../secret.ts';
import type { ProfileOwner } from './owner.ts';

const minuteMs = 60_000;

/** With less than this left an access token is replaced; of a short life, with less than half of it. */
const dueMs = 25 * minuteMs;

/** MSAL takes a token with less than five minutes left for one that has ended; so does this, in ms. */
export const minDueMs = 6 * minuteMs;

/** More access tokens than this are kept for no profile. */
const maxTokens = 32;

/** A cached access token that is near its end. */
export interface DueToken {
  /** Its name in the cache. */
  readonly key: string;
  /** The scope for which it was asked, as it was asked for. */
  readonly scope: string;
  readonly expiresOn: Date;
}

/** The cached access tokens of an owner: those that are due, and when the next one will be. */
export interface CacheState {
  readonly due: readonly DueToken[];
  /** ms until another one is due. */
  readonly nextInMs: number;
}

/**
 * Reads `msal_token_cache.json`. Only entries whose token itself names the owner's client and tenant
 * are looked at; users' tokens, and those that are bound to a key, are left alone.
 */
export function cacheState(text: string, owner: ProfileOwner, now: Date): CacheState {
  const due: DueToken[] = [];
  let nextInMs = Number.POSITIVE_INFINITY;
  for (const [key, entry] of accessTokensIn(text).filter(([, each]) => isOf(each, owner))) {
    const expiresOn = secondsOf(entry['expires_on']);
    const cachedAt = secondsOf(entry['cached_at']);
    const scope = entry['target'];
    if (expiresOn === undefined || typeof scope !== 'string' || !isScope(scope)) continue;
    const lifeMs = expiresOn - (cachedAt ?? now.getTime());
    const inMs = expiresOn - now.getTime() - Math.max(minDueMs, Math.min(dueMs, lifeMs / 2));
    if (inMs > 0) nextInMs = Math.min(nextInMs, inMs);
    else if (due.length < maxTokens) due.push({ key, scope, expiresOn: new Date(expiresOn) });
  }
  return { due, nextInMs };
}

/**
 * The content of the cache with new access tokens, by the name of each in the cache, in place of
 * those of the owner that end earlier.
 * @returns undefined where nothing is to be replaced.
 */
export function withNewerAccessTokens(
  text: string,
  owner: ProfileOwner,
  fresh: ReadonlyMap<string, AccessToken>,
  now: Date,
): Secret | undefined {
  const cache = parsed(text);
  if (!isObject(cache) || !isObject(cache['AccessToken'])) return undefined;
  const newerFor = (key: string, entry: unknown): AccessToken | undefined => {
    const newer = fresh.get(key);
    if (newer === undefined || !isObject(entry) || !isOf(entry, owner)) return undefined;
    const endsOn = secondsOf(entry['expires_on']) ?? 0;
    return entry['target'] === newer.scope && endsOn < newer.expiresOn.getTime()
      ? newer
      : undefined;
  };
  const before = Object.entries(cache['AccessToken']);
  const tokens = before.map(([key, entry]): readonly [string, unknown] => {
    const newer = newerFor(key, entry);
    return [key, newer === undefined ? entry : entryWith(entry as JsonObject, newer, now)];
  });
  if (before.every(([key, entry]) => newerFor(key, entry) === undefined)) return undefined;
  const changed = { ...cache, AccessToken: Object.fromEntries(tokens) };
  return new Secret(JSON.stringify(changed, undefined, 4));
}

function entryWith(entry: JsonObject, { token, expiresOn }: AccessToken, now: Date): JsonObject {
  const kept = Object.entries(entry).filter(([name]) => name !== 'refresh_on');
  const endsOn = decimalSeconds(expiresOn);
  return {
    ...Object.fromEntries(kept),
    secret: token.reveal(),
    cached_at: decimalSeconds(now),
    expires_on: endsOn,
    extended_expires_on: endsOn,
  };
}

function accessTokensIn(text: string): readonly (readonly [string, JsonObject])[] {
  const cache = parsed(text);
  const tokens = isObject(cache) ? cache['AccessToken'] : undefined;
  if (!isObject(tokens)) return [];
  return Object.entries(tokens).filter((pair): pair is [string, JsonObject] => isObject(pair[1]));
}

function isOf(entry: JsonObject, { clientId, tenantId, loginHost }: ProfileOwner): boolean {
  return (
    isSame(entry['client_id'], clientId) &&
    isSame(entry['realm'], tenantId) &&
    isSame(entry['environment'], loginHost) &&
    isSame(entry['token_type'] ?? 'Bearer', 'Bearer') &&
    (entry['home_account_id'] ?? null) === null &&
    (entry['key_id'] ?? null) === null &&
    (entry['ext_cache_key'] ?? null) === null &&
    names(entry['secret'], clientId, tenantId)
  );
}

/** Whether an access token says itself that it is of this client and tenant. */
function names(token: unknown, clientId: string, tenantId: string): boolean {
  const claims = typeof token === 'string' ? claimsOf(token) : undefined;
  if (claims === undefined) return false;
  return isSame(claims['appid'] ?? claims['azp'], clientId) && isSame(claims['tid'], tenantId);
}

/** One scope, as an application asks for it. */
function isScope(target: string): boolean {
  return /^[\x21-\x7e]{1,500}\/\.default$/.test(target);
}

/** MSAL writes times as decimal seconds in a string; ms here. */
function secondsOf(value: unknown): number | undefined {
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

function decimalSeconds(date: Date): string {
  return String(Math.floor(date.getTime() / 1_000));
}
