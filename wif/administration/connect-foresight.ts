import { connectionNamed, withoutPrincipal, type Wish } from './connecting.ts';
import { trustOf } from './connection.ts';
import { administrationError } from './errors.ts';
import { requireRoom, requireRoomFor } from './federated-credentials.ts';
import type { Directory } from './identity.ts';
import { roleNamed } from './roles.ts';
import type { Web } from './web.ts';

/**
 * Meets every refusal that can be known beforehand, while nothing is made yet: a name that is
 * taken, an application for several tenants, no room for a credential, a role that there is not.
 * @throws {AdministrationError} the refusal that the steps would meet later.
 */
export async function foreseeRefusals(
  wish: Wish,
  { web, directory }: { readonly web: Web; readonly directory: Directory },
): Promise<void> {
  const { identity, role } = wish;
  const existing = await connectionNamed(wish, web);
  if (identity.kind === 'app registration' && identity.isMultiTenant) throw severalTenants(wish);
  const trust = existing === undefined ? undefined : trustOf(existing);
  await (trust === undefined
    ? requireRoom(identity, directory)
    : requireRoomFor(identity, trust, directory));
  if (role === undefined) return;
  if (identity.principalId === undefined) throw withoutPrincipal(identity);
  await roleNamed(role.name, role.scope, directory.resourceManager);
}

function severalTenants({ identity }: Wish): Error {
  return administrationError(
    'IDENTITY_UNSUITABLE',
    `The app registration "${identity.name}" is for several tenants, and Entra's issuer does not take those (AADSTS70052).`,
    'Use a user-assigned managed identity, or an app registration for this tenant alone.',
  );
}
