import { quoted, refusal } from '../errors.ts';
import { usualSettlingMs } from '../upstream/retry-policy.ts';
import { cloudNamed, type Cloud } from './cloud.ts';
import { connectionName } from './connection-name.ts';

/** What the agent knows of a service connection, in the platform's own words. */
export interface RawEndpoint {
  readonly id: string;
  /** The display name of the step that names it. */
  readonly step: string | undefined;
  readonly url: string | undefined;
  readonly scheme: string | undefined;
  /** `authorization.parameters`, names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `data`, names in lower case. */
  readonly data: Readonly<Record<string, string>>;
}

/** A service connection that uses workload identity federation, checked and in our own words. */
export interface ServiceConnection {
  readonly id: string;
  /** What people call it: see {@link connectionName}. */
  readonly name: string;
  /** The display name of the step that names it. */
  readonly step: string | undefined;
  readonly clientId: string;
  readonly tenantId: string;
  /** Absent for connections to a management group, or to none at all. */
  readonly subscriptionId: string | undefined;
  readonly cloud: Cloud;
  /** Entra's address for this connection; ends in a slash. */
  readonly authorityHost: URL;
  /** Resource Manager's address for this connection. */
  readonly resourceManager: URL;
  /** The scope of Resource Manager's access tokens. */
  readonly resourceManagerScope: string;
  /** For how long the step waits for what is new to arrive: a role, a credential. In ms. */
  readonly propagationMs: number;
}

const federated = 'WorkloadIdentityFederation';

/** Old names of the public cloud's authority, which its tokens no longer carry. */
const formerAuthorities = new Set(['login.windows.net', 'sts.windows.net']);

const identifier = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the agent's record of a connection once, so that nobody downstream meets its field names.
 * @throws {FederationError} for another scheme, an unknown cloud, or a missing or unsound field.
 */
export function readServiceConnection(raw: RawEndpoint): ServiceConnection {
  const { id, step, parameters, data } = raw;
  const subject = parameters['workloadidentityfederationsubject'];
  const scopeName = data['subscriptionname'] ?? data['managementgroupname'];
  const name = connectionName({ subject, scopeName, step, otherwise: id });
  requireFederation(filled(raw.scheme), name);
  const cloud = cloudNamed(raw.data['environment'], name);
  const resourceManager = address(filled(raw.url) ?? cloud.resourceManager, 'address', name);
  return {
    id: guid(raw.id, 'ID', name),
    name,
    step,
    clientId: guid(raw.parameters['serviceprincipalid'], 'client ID', name),
    tenantId: guid(raw.parameters['tenantid'], 'tenant ID', name),
    subscriptionId: optional(raw.data['subscriptionid'], 'subscription ID', name),
    cloud,
    authorityHost: authorityHost(filled(raw.data['environmentauthorityurl']), cloud, name),
    resourceManager,
    resourceManagerScope: scopeOf(resourceManagerResource(raw, cloud, resourceManager)),
    propagationMs: usualSettlingMs,
  };
}

/** The same connection, by the name that its ID token gives it. */
export function withNameFrom(
  { subject }: { readonly subject: string },
  connection: ServiceConnection,
): ServiceConnection {
  return { ...connection, name: connectionName({ subject, otherwise: connection.name }) };
}

/** The same connection, for another subscription that its identity may use. */
export function withSubscription(
  connection: ServiceConnection,
  subscriptionId: string | undefined,
): ServiceConnection {
  if (subscriptionId === undefined) return connection;
  if (!identifier.test(subscriptionId)) {
    throw refusal(
      'INPUT_INVALID',
      `The input subscriptionId is ${quoted(subscriptionId)}, which is not a subscription ID.`,
      'Give the ID of the subscription (a GUID), not its name, or leave the input empty.',
    );
  }
  return { ...connection, subscriptionId };
}

function requireFederation(scheme: string | undefined, name: string): void {
  if (scheme?.toLowerCase() === federated.toLowerCase()) return;
  throw refusal(
    'CONNECTION_NOT_FEDERATED',
    `The service connection "${name}" signs in by ${scheme ?? 'an unknown scheme'}, not by workload identity federation.`,
    'Convert it in the project settings (Service connections, Convert); where that is not offered, create one with workload identity federation.',
  );
}

/** As people paste them: blanks around it, or braces, make no other ID. */
function guid(value: string | undefined, what: string, connection: string): string {
  const plain = bare(value ?? '');
  if (identifier.test(plain)) return plain;
  throw incomplete(
    connection,
    what,
    plain === '' ? 'has none' : `has one that is no GUID, ${quoted(value ?? '')}`,
  );
}

function bare(value: string): string {
  return value.trim().replace(/^\{(.*)\}$/, '$1');
}

/** Management-group connections carry no subscription, or a GUID of zeros. */
function optional(value: string | undefined, what: string, connection: string): string | undefined {
  const plain = bare(value ?? '');
  if (plain === '' || /^[0-]+$/.test(plain)) return undefined;
  return guid(plain, what, connection);
}

/** The platform keeps fields that nobody filled in as empty texts. */
function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function authorityHost(named: string | undefined, cloud: Cloud, connection: string): URL {
  const url = address(named ?? cloud.authorityHost, 'authority host', connection);
  if (formerAuthorities.has(url.hostname)) return new URL('https://login.microsoftonline.com/');
  return new URL('/', url);
}

function address(value: string | undefined, what: string, connection: string): URL {
  if (value === undefined) throw incomplete(connection, what, 'has none');
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw incomplete(
      connection,
      what,
      `has one that is no plain https address, ${quoted(withoutUser(value))}`,
    );
  }
  return url;
}

/** What stands before the host may be a password. */
function withoutUser(address: string): string {
  return address.replace(/^([^/]*\/\/)?[^/]*@/, '$1');
}

function resourceManagerResource(raw: RawEndpoint, cloud: Cloud, resourceManager: URL): string {
  if (cloud.resourceManager !== undefined) return cloud.resourceManager;
  // An Azure Stack names the audience of its own Resource Manager.
  return filled(raw.data['activedirectoryserviceendpointresourceid']) ?? resourceManager.href;
}

/** Entra's rule for client credentials: the resource as it is, and `/.default`. */
export function scopeOf(resource: string): string {
  return `${resource}/.default`;
}

function incomplete(connection: string, what: string, how: string): Error {
  return refusal(
    'CONNECTION_INCOMPLETE',
    `The service connection "${connection}" cannot be used: of its ${what}, it ${how}.`,
    'Open the connection in the project settings, verify and save it, or create it anew.',
  );
}
