import type { Subscription } from '../access-token/subscriptions.ts';
import { byteOrderMark, isObject, isSame, parsed, type JsonObject } from '../json-text.ts';
import type { ProfileOwner } from './owner.ts';

/** Who signs in, and how. */
export interface ProfileUser extends Pick<ProfileOwner, 'clientId' | 'tenantId'> {
  readonly session: 'servicePrincipal' | 'managedIdentity';
  /** As az names the cloud. */
  readonly cloudName: string;
}

/** Who is signed in in a profile, seen by one owner. */
export type SignedInState = 'signed in' | 'somebody else' | 'nobody' | 'unreadable' | 'absent';

/** Reads `azureProfile.json` for one owner. */
export function signedInState(
  text: string | undefined,
  owner: Pick<ProfileOwner, 'clientId' | 'tenantId'>,
): SignedInState {
  if (text === undefined) return 'absent';
  const subscriptions = subscriptionsIn(text);
  if (subscriptions === undefined) return 'unreadable';
  if (subscriptions.length === 0) return 'nobody';
  return subscriptions.some((each) => isServicePrincipal(each, owner))
    ? 'signed in'
    : 'somebody else';
}

/**
 * The content of `azureProfile.json` after a sign-in, as `az login` leaves it: subscriptions of the
 * same ID are replaced at their place, and those of other sign-ins stay.
 * @param before the content until now; one that cannot be read counts as none.
 * @param wanted the ID of the default subscription; where there is none, the default of before if it is
 *   listed again, else the first enabled one.
 */
export function listAfterSignIn(
  before = '',
  listed: readonly Subscription[],
  user: ProfileUser,
  wanted: string | undefined,
): string {
  const old = parsed(before);
  const outer = isObject(old) ? old : {};
  const signedIn = listed.length === 0 ? [tenantEntry(user)] : listed.map(entryOf(user));
  const present = subscriptionsIn(before) ?? [];
  const preferred = wanted ?? idOf(present.find((each) => each['isDefault'] === true));
  const sameIn = (list: readonly JsonObject[], { id }: JsonObject): JsonObject | undefined =>
    list.find((each) => isSame(each['id'], String(id)));
  const chosen =
    signedIn.find(({ id }) => preferred !== undefined && isSame(id, preferred)) ??
    signedIn.find(({ state }) => state === 'Enabled') ??
    signedIn[0];
  const subscriptions = [
    ...present.map((each) => sameIn(signedIn, each) ?? each),
    ...signedIn.filter((each) => sameIn(present, each) === undefined),
  ].map((each) => ({ ...each, isDefault: each === chosen }));
  return `${byteOrderMark}${JSON.stringify({ ...outer, subscriptions })}`;
}

/** The ID of the default subscription of a list. */
export function defaultIn(list: string): string | undefined {
  return idOf(subscriptionsIn(list)?.find((each) => each['isDefault'] === true));
}

function idOf(subscription: JsonObject | undefined): string | undefined {
  const id = subscription?.['id'];
  return typeof id === 'string' ? id : undefined;
}

function entryOf(user: ProfileUser): (listed: Subscription) => JsonObject {
  return ({ id, name, state, homeTenantId, managedByTenants }) => ({
    id,
    name,
    state,
    user: userEntry(user),
    isDefault: false,
    tenantId: user.tenantId,
    environmentName: user.cloudName,
    homeTenantId,
    managedByTenants,
  });
}

/** What stands for an identity that sees no subscription. */
function tenantEntry(user: ProfileUser): JsonObject {
  return {
    id: user.tenantId,
    name: 'N/A(tenant level account)',
    state: 'Enabled',
    user: userEntry(user),
    isDefault: true,
    tenantId: user.tenantId,
    environmentName: user.cloudName,
  };
}

function userEntry({ session, clientId }: ProfileUser): JsonObject {
  if (session === 'servicePrincipal') return { name: clientId, type: 'servicePrincipal' };
  return {
    name: 'userAssignedIdentity',
    type: 'servicePrincipal',
    assignedIdentityInfo: `MSIClient-${clientId}`,
  };
}

function isServicePrincipal(
  subscription: JsonObject,
  { clientId, tenantId }: Pick<ProfileOwner, 'clientId' | 'tenantId'>,
): boolean {
  const user = subscription['user'];
  return (
    isSame(subscription['tenantId'], tenantId) &&
    isObject(user) &&
    user['type'] === 'servicePrincipal' &&
    isSame(user['name'], clientId)
  );
}

function subscriptionsIn(text: string): readonly JsonObject[] | undefined {
  const profile = parsed(text);
  if (!isObject(profile)) return undefined;
  const subscriptions = profile['subscriptions'] ?? [];
  return Array.isArray(subscriptions) ? subscriptions.filter(isObject) : undefined;
}
