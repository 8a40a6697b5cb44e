import { administrationError } from './errors.ts';

/** An organization of Azure DevOps Services. */
export interface Organization {
  readonly name: string;
  /** Ends in a slash. */
  readonly url: URL;
  /** The project, where the address names one. */
  readonly project?: string;
}

/**
 * An organization by its name or its address, old or new. Credentials go to no other host: the
 * conversion is documented for Azure DevOps Services only.
 */
export function organizationNamed(text: string | undefined): Organization {
  const { name, project } = partsOf((text ?? '').trim());
  if (name !== undefined) {
    const url = new URL(`https://dev.azure.com/${name}/`);
    return project === undefined ? { name, url } : { name, url, project };
  }
  throw administrationError(
    'USAGE_INVALID',
    text === undefined
      ? 'No organization is given.'
      : `"${text}" is no organization of Azure DevOps Services.`,
    'Give --organization https://dev.azure.com/<name> (or the name alone), or set AZDO_ORG_SERVICE_URL.',
  );
}

/** Where the services of an organization answer that know its users, and what they may use. */
export function organizationAt(service: 'vssps' | 'vsaex', { name }: Organization): URL {
  return new URL(`https://${service}.dev.azure.com/${name}/`);
}

interface Parts {
  readonly name?: string;
  readonly project?: string;
}

function partsOf(text: string): Parts {
  if (isName(text)) return { name: text };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') return {};
  const segments = url.pathname.split('/').filter((part) => part !== '');
  const old = /^([^.]+)\.visualstudio\.com$/i.exec(url.hostname)?.[1];
  const path = old === undefined ? segments : [old, ...segments.filter(isNoCollection)];
  if (old === undefined && url.hostname !== 'dev.azure.com') return {};
  const [name = '', project] = path;
  if (!isName(name)) return {};
  // What begins with an underscore is a page of the organization, not a project.
  return project === undefined || project.startsWith('_')
    ? { name }
    : { name, project: decodeURIComponent(project) };
}

/** Old addresses may name their one collection. */
function isNoCollection(segment: string): boolean {
  return segment.toLowerCase() !== 'defaultcollection';
}

/** https://learn.microsoft.com/azure/devops/organizations/settings/naming-restrictions */
function isName(text: string): boolean {
  return /^[a-z\d]([a-z\d-]{0,48}[a-z\d])?$/i.test(text);
}
