import { isSame } from '../../src/json-text.ts';
import { ask, recordOf, textOf } from './answer.ts';
import { pages } from './pages.ts';
import { path, type Web } from './web.ts';

/** The services of Azure DevOps that know its users. */
export interface Membership {
  /** Who is a user: `vssps.dev.azure.com`. */
  readonly users: Web;
  /** What each may use: `vsaex.dev.azure.com`. */
  readonly entitlements: Web;
}

/** An identity that is a user of the organization. */
export interface OrganizationUser {
  readonly name: string;
  /** Azure DevOps' own name for it. */
  readonly descriptor: string;
}

/** What a user may use. */
export interface AccessLevel {
  /** `express` is Basic, `advanced` is Basic with test plans; `stakeholder` and `none` reach no code. */
  readonly licence: string;
  /** As the portal shows it. */
  readonly name: string;
  /** `active` for one that may sign in. */
  readonly status: string;
}

/** All of these routes are previews. */
const version = 'api-version=7.1-preview.1';

/**
 * The user that an identity is; undefined where it is none
 * (https://learn.microsoft.com/rest/api/azure/devops/graph/service-principals/list).
 */
export async function organizationUser(
  clientId: string,
  { users }: Membership,
): Promise<OrganizationUser | undefined> {
  const found = await pages(users, `_apis/graph/serviceprincipals?${version}`, {
    to: 'list the identities that are users of the organization',
    needs: 'View instance-level information of the organization (token scope vso.graph)',
  });
  const record = found
    .map(recordOf)
    .find((one) => isSame(textOf(one['applicationId']) ?? '', clientId));
  const descriptor = textOf(record?.['descriptor']);
  if (record === undefined || descriptor === undefined) return undefined;
  return { name: textOf(record['displayName']) ?? clientId, descriptor };
}

/**
 * The access level of a user; undefined where Azure DevOps tells none
 * (https://learn.microsoft.com/rest/api/azure/devops/memberentitlementmanagement/service-principal-entitlements/get).
 */
export async function accessLevelOf(
  { name, descriptor }: OrganizationUser,
  { users, entitlements }: Membership,
): Promise<AccessLevel | undefined> {
  const purpose = {
    to: `read the access level of "${name}"`,
    needs:
      'the group Project Collection Administrators (token scopes vso.graph and vso.memberentitlementmanagement)',
  };
  const get = (web: Web, at: string): Promise<unknown> =>
    ask(web, { method: 'GET', path: `${at}?${version}` }, purpose);
  const key = recordOf(await get(users, path`_apis/graph/storagekeys/${descriptor}`));
  const id = textOf(key['value']) ?? '';
  const entitlement = await get(entitlements, path`_apis/serviceprincipalentitlements/${id}`);
  const level = recordOf(recordOf(entitlement)['accessLevel']);
  const licence = textOf(level['accountLicenseType']);
  if (licence === undefined) return undefined;
  return {
    licence,
    name: textOf(level['licenseDisplayName']) ?? licence,
    status: textOf(level['status']) ?? 'unknown',
  };
}
