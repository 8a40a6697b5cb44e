import { ask, consult, isGuid, listOf, recordOf, refused, textOf } from './answer.ts';
import { administrationError } from './errors.ts';
import { path, type Web } from './web.ts';

/** Who a service connection signs in as. */
export type Identity = AppRegistration | ManagedIdentity;

export interface AppRegistration {
  readonly kind: 'app registration';
  readonly name: string;
  readonly clientId: string;
  /** Of the service principal: what has roles. */
  readonly principalId: string | undefined;
  /** Of the application itself, which is another object. */
  readonly objectId: string;
  readonly isMultiTenant: boolean;
  /** Its secrets, also those that have expired. */
  readonly secrets: readonly {
    readonly keyId: string;
    readonly name: string;
    readonly endsOn: string;
  }[];
}

export interface ManagedIdentity {
  readonly kind: 'managed identity';
  readonly name: string;
  readonly clientId: string;
  readonly principalId: string | undefined;
  readonly tenantId: string | undefined;
  /** Its ID in Resource Manager. */
  readonly resourceId: string;
  readonly subscriptionId: string;
  readonly resourceGroup: string;
}

const identityVersion = 'api-version=2023-01-31';

const resourcePattern =
  /^\/subscriptions\/(?<subscription>[\w-]+)\/resourcegroups\/(?<group>[\w().-]+)\/providers\/Microsoft\.ManagedIdentity\/userAssignedIdentities\/(?<name>[\w-]+)$/i;

export const graphReading =
  'Application.Read.All on Microsoft Graph, or the role Directory Readers';
const identityReading = 'the role Reader on the managed identity';

/** Services that know identities. */
export interface Directory {
  readonly graph: Web;
  readonly resourceManager: Web;
}

/** The identity behind a client ID, wherever it lives. */
export async function identityOf(clientId: string, directory: Directory): Promise<Identity> {
  const purpose = { to: `find the identity with client ID ${clientId}`, needs: graphReading };
  const principals = listOf(
    await ask(
      directory.graph,
      {
        method: 'GET',
        path:
          path`servicePrincipals?$filter=${`appId eq '${requireGuid(clientId)}'`}` +
          '&$select=id,appId,displayName,servicePrincipalType,alternativeNames',
      },
      purpose,
    ),
  ).map(recordOf);
  const principal = principals[0] ?? {};
  if (textOf(principal['servicePrincipalType']) === 'ManagedIdentity') {
    return managedIdentity(resourceIdOf(principal['alternativeNames'], clientId), directory);
  }
  return appRegistration(clientId, textOf(principal['id']), directory);
}

/** A user-assigned managed identity, by its ID in Resource Manager. */
export async function managedIdentity(
  resourceId: string,
  { resourceManager }: Directory,
): Promise<ManagedIdentity> {
  const {
    subscription = '',
    group = '',
    name = '',
  } = resourcePattern.exec(resourceId)?.groups ?? {};
  if (name === '') {
    throw administrationError(
      'USAGE_INVALID',
      `${resourceId} is not the resource ID of a user-assigned managed identity.`,
      'Print it with: az identity show --name <name> --resource-group <group> --query id --output tsv',
    );
  }
  const purpose = { to: `read the managed identity "${name}"`, needs: identityReading };
  const answer = await consult(
    resourceManager,
    { method: 'GET', path: `${resourceId.slice(1)}?${identityVersion}` },
    purpose,
  );
  if ('refusal' in answer) {
    if (answer.refusal.status === 404) throw missing(`managed identity ${resourceId}`);
    throw refused(answer.refusal, resourceManager.service, purpose);
  }
  const properties = recordOf(recordOf(answer.value)['properties']);
  const clientId = textOf(properties['clientId']);
  if (clientId === undefined) throw missing(`managed identity ${resourceId}`);
  return {
    kind: 'managed identity',
    name,
    clientId,
    principalId: textOf(properties['principalId']),
    tenantId: textOf(properties['tenantId']),
    resourceId,
    subscriptionId: subscription,
    resourceGroup: group,
  };
}

async function appRegistration(
  clientId: string,
  principalId: string | undefined,
  { graph }: Directory,
): Promise<AppRegistration> {
  const answer = listOf(
    await ask(
      graph,
      {
        method: 'GET',
        path:
          path`applications?$filter=${`appId eq '${clientId}'`}` +
          '&$select=id,appId,displayName,signInAudience,passwordCredentials',
      },
      { to: `find the app registration with client ID ${clientId}`, needs: graphReading },
    ),
  ).map(recordOf);
  const [application] = answer;
  const objectId = textOf(application?.['id']);
  if (application === undefined || objectId === undefined) {
    throw missing(`app registration with client ID ${clientId}`);
  }
  return {
    kind: 'app registration',
    name: textOf(application['displayName']) ?? clientId,
    clientId,
    principalId,
    objectId,
    isMultiTenant: (textOf(application['signInAudience']) ?? 'AzureADMyOrg') !== 'AzureADMyOrg',
    secrets: secretsOf(application['passwordCredentials']),
  };
}

/** Names and dates of secrets; the hint, their first letters, is left where it is. */
function secretsOf(value: unknown): AppRegistration['secrets'] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map(recordOf).map((secret) => ({
    keyId: textOf(secret['keyId']) ?? '',
    name: textOf(secret['displayName']) ?? '',
    endsOn: textOf(secret['endDateTime']) ?? '',
  }));
}

/** A managed identity's service principal names its resource among others. */
function resourceIdOf(names: unknown, clientId: string): string {
  const list: readonly unknown[] = Array.isArray(names) ? names : [];
  const found = list.find(
    (name): name is string => typeof name === 'string' && resourcePattern.test(name),
  );
  if (found === undefined)
    throw missing(`user-assigned managed identity with client ID ${clientId}`);
  return found;
}

function missing(what: string): Error {
  return administrationError(
    'IDENTITY_NOT_FOUND',
    `There is no ${what} in this tenant, or you may not see it.`,
    `Check the ID, and that you are signed in to the tenant of the identity. It takes ${graphReading}, or ${identityReading}.`,
  );
}

/** A client ID goes into a filter: nothing but a GUID may. */
export function requireGuid(text: string): string {
  if (isGuid(text)) return text.toLowerCase();
  throw administrationError(
    'USAGE_INVALID',
    `"${text}" is not an ID.`,
    'Give the client ID (a GUID), not the name.',
  );
}
