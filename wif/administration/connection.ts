import { audience } from '../../src/access-token/federated-credential.ts';
import { isSame } from '../../src/json-text.ts';
import { isGuid, recordOf, shown, textOf } from './answer.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
}

/** Azure DevOps' own record of a service connection, kept whole: a change sends it back. */
export type EndpointRecord = Readonly<Record<string, unknown>>;

/** What a service connection is to an administrator. */
export interface Connection {
  readonly id: string;
  readonly name: string;
  /** Where it was found. */
  readonly project: Project;
  /** The project that it belongs to; others only share it. */
  readonly home: Project;
  readonly sharedWith: readonly string[];
  readonly type: string;
  readonly scheme: string;
  readonly creation: 'automatic' | 'manual' | 'unknown';
  /** `ManagedIdentity`, `AppRegistrationAutomatic`, `AppRegistrationManual`, where it is told. */
  readonly identityType: string | undefined;
  readonly environment: string;
  readonly clientId: string | undefined;
  readonly tenantId: string | undefined;
  readonly subscriptionId: string | undefined;
  readonly managementGroup: string | undefined;
  /** Where its roles hold, where that is narrower than the subscription. */
  readonly resourceScope: string | undefined;
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
  readonly isReady: boolean;
  readonly isDisabled: boolean;
  /** Until when a conversion can be reverted. */
  readonly revertUntil: Date | undefined;
  /** Why an operation of Azure DevOps itself failed, or that it is still under way. */
  readonly operation: { readonly state: string; readonly message: string };
  readonly record: EndpointRecord;
}

/** What Entra compares, letter for letter, with an ID token. */
export interface Trust {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** What Entra will compare; undefined where Azure DevOps does not tell. */
export function trustOf({ issuer, subject }: Connection): Trust | undefined {
  return issuer === undefined || subject === undefined ? undefined : { issuer, subject, audience };
}

export const federation = 'WorkloadIdentityFederation';
export const secretScheme = 'ServicePrincipal';

/** Reads a record once; undefined for what is none. */
export function readConnection(value: unknown, project: Project): Connection | undefined {
  const record = recordOf(value);
  const id = textOf(record['id']);
  const name = textOf(record['name']);
  if (id === undefined || name === undefined) return undefined;
  const authorization = recordOf(record['authorization']);
  const parameters = lowerCased(authorization['parameters']);
  const data = lowerCased(record['data']);
  const references = referencesOf(record['serviceEndpointProjectReferences']);
  const operation = recordOf(record['operationStatus']);
  return {
    id: id.toLowerCase(),
    name,
    project,
    home: references[0] ?? project,
    sharedWith: references.slice(1).map((reference) => reference.name),
    type: textOf(record['type']) ?? 'unknown',
    scheme: textOf(authorization['scheme']) ?? 'unknown',
    creation: creationOf(data['creationmode']),
    identityType: data['identitytype'],
    environment: data['environment'] ?? 'AzureCloud',
    clientId: parameters['serviceprincipalid'],
    tenantId: parameters['tenantid'],
    subscriptionId: guidOf(data['subscriptionid']),
    managementGroup: data['managementgroupid'],
    resourceScope: groupScopeOf(parameters['scope']),
    issuer: parameters['workloadidentityfederationissuer'],
    subject: parameters['workloadidentityfederationsubject'],
    isReady: record['isReady'] !== false,
    isDisabled: record['isDisabled'] === true,
    revertUntil: dateOf(data['revertschemedeadline']),
    operation: {
      state: textOf(operation['state']) ?? '',
      message: shown(textOf(operation['statusMessage']) ?? ''),
    },
    record,
  };
}

export function isFederated({ scheme }: Pick<Connection, 'scheme'>): boolean {
  return isSame(scheme, federation);
}

/** Whether it signs in to Azure DevOps itself, and so needs no role in Azure. */
export function isForAzureDevOps({ type }: Pick<Connection, 'type'>): boolean {
  return isSame(type, 'WorkloadIdentityUser');
}

/**
 * The record as an update wants it: whole, with another scheme, and without the deadline that only
 * the service sets
 * (https://learn.microsoft.com/azure/devops/pipelines/library/connect-to-azure, its script).
 */
export function withScheme(record: EndpointRecord, scheme: string): EndpointRecord {
  const data = Object.entries(recordOf(record['data'])).filter(
    ([name]) => !isSame(name, 'revertSchemeDeadline'),
  );
  return {
    ...record,
    authorization: { ...recordOf(record['authorization']), scheme },
    data: Object.fromEntries(data),
  };
}

function referencesOf(value: unknown): readonly Project[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list
    .map((reference) => recordOf(recordOf(reference)['projectReference']))
    .map((project) => ({ id: textOf(project['id']) ?? '', name: textOf(project['name']) ?? '' }))
    .filter(({ id }) => id !== '');
}

function creationOf(mode: string | undefined): Connection['creation'] {
  if (mode === undefined) return 'unknown';
  return isSame(mode, 'Automatic') ? 'automatic' : 'manual';
}

/** Texts only, under names in lower case; empty ones are left out. */
function lowerCased(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(recordOf(value)).flatMap(([name, field]) => {
      const text = textOf(field);
      return text === undefined ? [] : [[name.toLowerCase(), text]];
    }),
  );
}

/** Connections to a management group carry no subscription, or one of zeros. */
function guidOf(value: string | undefined): string | undefined {
  return value !== undefined && isGuid(value) && /[1-9a-f]/i.test(value) ? value : undefined;
}

/** A resource group; a scope that is the subscription itself says nothing new. */
function groupScopeOf(value: string | undefined): string | undefined {
  return value !== undefined && /^\/subscriptions\/[\w-]+\/resourceGroups\/[\w().-]+$/i.test(value)
    ? value
    : undefined;
}

function dateOf(value: string | undefined): Date | undefined {
  const ms = value === undefined ? Number.NaN : Date.parse(value);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
