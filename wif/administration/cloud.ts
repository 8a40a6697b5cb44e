import { isSame } from '../../src/json-text.ts';
import type { Connection } from './connection.ts';
import { administrationError } from './errors.ts';

/** The cloud whose Graph and Resource Manager `wif` asks, as a service connection names it. */
export const publicCloud = 'AzureCloud';

/**
 * The names of Entra in the public cloud: the aliases that its instance discovery tells
 * (https://login.microsoftonline.com/common/discovery/instance).
 */
const publicAuthorities = [
  'login.microsoftonline.com',
  'login.windows.net',
  'login.microsoft.com',
  'sts.windows.net',
];

export function isOfPublicCloud({ environment }: Pick<Connection, 'environment'>): boolean {
  return isSame(environment, publicCloud);
}

/**
 * Refuses a sign-in of another cloud: its tokens are for other services than those that are asked.
 * @throws {AdministrationError} unless the authority is Entra of the public cloud, or not set.
 */
export function requirePublicCloud(authority: URL | undefined): void {
  if (authority === undefined || publicAuthorities.includes(authority.hostname)) return;
  throw administrationError(
    'USAGE_INVALID',
    `AZURE_AUTHORITY_HOST is ${authority.hostname}, and wif signs in to the public cloud only.`,
    'Unset AZURE_AUTHORITY_HOST; for an identity or a subscription of another cloud use the project settings and the tools of that cloud.',
  );
}
