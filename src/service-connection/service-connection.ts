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

/** What every service connection has that uses workload identity federation. */
interface FederatedConnection {
  readonly id: string;
  /** What people call it: see {@link connectionName}. */
  readonly name: string;
  /** The display name of the step that names it. */
  readonly step: string | undefined;
  readonly clientId: string;
  readonly tenantId: string;
  readonly cloud: Cloud;
  /** Entra's address for this connection; ends in a slash. */
  readonly authorityHost: URL;
  /** For how long the step waits for what is new to arrive: a role, a credential. In ms. */
  readonly propagationMs: number;
}

/** A connection to Azure (type `AzureRM`). */
export interface AzureConnection extends FederatedConnection {
  readonly kind: 'azureRM';
  /** Absent for connections to a management group, or to none at all. */
  readonly subscriptionId: string | undefined;
  /** Resource Manager's address for this connection. */
  readonly resourceManager: URL;
  /** The scope of Resource Manager's access tokens. */
  readonly resourceManagerScope: string;
}

/** A connection to Azure DevOps itself (type `WorkloadIdentityUser`), which has no subscription. */
export interface AzureDevOpsConnection extends FederatedConnection {
  readonly kind: 'azureDevOps';
  readonly subscriptionId: undefined;
}

/** A service connection that uses workload identity federation, checked and in our own words. */
export type ServiceConnection = AzureConnection | AzureDevOpsConnection;

const federated = 'WorkloadIdentityFederation';

/** Old names of the public cloud's authority, which its tokens no longer carry. */
const formerAuthorities = new Set(['login.windows.net', 'sts.windows.net']);

const identifier = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads the agent's record of a connection to Azure once, so that nobody downstream meets its field
 * names.
 * @throws {FederationError} for another scheme, an unknown cloud, or a missing or unsound field.
 */
export function readAzureConnection(raw: RawEndpoint): AzureConnection {
  const shared = readFederatedConnection(raw);
  const { name, cloud } = shared;
  const resourceManager = address(filled(raw.url) ?? cloud.resourceManager, 'address', name);
  return {
    ...shared,
    kind: 'azureRM',
    subscriptionId: optional(raw.data['subscriptionid'], 'subscription ID', name),
    resourceManager,
    resourceManagerScope: scopeOf(resourceManagerResource(raw, cloud, resourceManager)),
  };
}

/**
 * Reads the agent's record of a connection to Azure DevOps. Nothing is ever sent to its address: that
 * is no Resource Manager, and a job asks the collection that it runs in.
 * @throws {FederationError} for another scheme, an unknown cloud, or a missing or unsound field.
 */
export function readAzureDevOpsConnection(raw: RawEndpoint): AzureDevOpsConnection {
  return { ...readFederatedConnection(raw), kind: 'azureDevOps', subscriptionId: undefined };
}

function readFederatedConnection(raw: RawEndpoint): FederatedConnection {
  const { id, step, parameters, data } = raw;
  const subject = parameters['workloadidentityfederationsubject'];
  const scopeName = data['subscriptionname'] ?? data['managementgroupname'];
  const name = connectionName({ subject, scopeName, step, otherwise: id });
  requireFederation(filled(raw.scheme), name);
  const cloud = cloudNamed(data['environment'], name);
  return {
    id: guid(id, 'ID', name),
    name,
    step,
    clientId: guid(parameters['serviceprincipalid'], 'client ID', name),
    tenantId: guid(parameters['tenantid'], 'tenant ID', name),
    cloud,
    authorityHost: authorityHost(filled(data['environmentauthorityurl']), cloud, name),
    propagationMs: usualSettlingMs,
  };
}

/** The same connection, by the name that its ID token gives it. */
export function withNameFrom<Connection extends ServiceConnection>(
  { subject }: { readonly subject: string },
  connection: Connection,
): Connection {
  return { ...connection, name: connectionName({ subject, otherwise: connection.name }) };
}

/** The same connection, for another subscription that its identity may use. */
export function withSubscription(
  connection: AzureConnection,
  subscriptionId: string | undefined,
): AzureConnection {
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
