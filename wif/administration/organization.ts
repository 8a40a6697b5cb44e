import { administrationError } from './errors.ts';

/** An organization of Azure DevOps Services. */
export interface Organization {
  readonly name: string;
  /** Ends in a slash. */
  readonly url: URL;
}

/**
 * An organization by its name or its address, old or new. Credentials go to no other host: the
 * conversion is documented for Azure DevOps Services only.
 */
export function organizationNamed(text: string | undefined): Organization {
  const name = nameOf((text ?? '').trim());
  if (name !== undefined) return { name, url: new URL(`https://dev.azure.com/${name}/`) };
  throw administrationError(
    'USAGE_INVALID',
    text === undefined
      ? 'No organization is given.'
      : `"${text}" is no organization of Azure DevOps Services.`,
    'Give --organization https://dev.azure.com/<name> (or the name alone), or set AZDO_ORG_SERVICE_URL.',
  );
}

function nameOf(text: string): string | undefined {
  if (isName(text)) return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') return undefined;
  const [first = ''] = url.pathname.split('/').filter((part) => part !== '');
  const old = /^([^.]+)\.visualstudio\.com$/i.exec(url.hostname)?.[1];
  const name = url.hostname === 'dev.azure.com' ? first : old;
  return name !== undefined && isName(name) ? name : undefined;
}

/** https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions */
function isName(text: string): boolean {
  return /^[a-z\d]([a-z\d-]{0,48}[a-z\d])?$/i.test(text);
}
