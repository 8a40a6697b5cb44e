import type { Failure } from '../errors.ts';
import type { ProcessIdentity } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';

/**
 * What a task and the broker tell each other: over Node's own channel when the broker starts, as
 * JSON over its control routes later. Secrets stand as plain text here; neither channel is a file,
 * an argument or a variable.
 */
export const protocolVersion = 1;

/** What a task can ask of the broker, below `/control/`. */
export type ControlRoute =
  'status' | 'register' | 'dismiss' | 'azure-cli-profile' | 'access-token' | 'stop';

/** A connection that the broker is to keep signed in. */
export interface ConnectionOrder {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  readonly tenantId: string;
  readonly authorityHost: string;
  /** Access tokens to be kept in files, by the path of each. */
  readonly accessTokenFiles: readonly AccessTokenFile[];
}

export interface AccessTokenFile {
  readonly path: string;
  readonly scope: string;
}

/** What an order takes of a connection. */
export function orderOf(
  { id, name, clientId, tenantId, authorityHost }: ServiceConnection,
  files: readonly AccessTokenFile[],
): ConnectionOrder {
  const accessTokenFiles = files.map(({ path, scope }) => ({ path, scope }));
  return { id, name, clientId, tenantId, authorityHost: authorityHost.href, accessTokenFiles };
}

/** A connection with all that its session keeps fresh. */
export interface SignedInConnection extends ConnectionOrder {
  /** Where Azure CLI is signed in with an ID token that has to be replaced; see azure-cli-profile. */
  readonly azureCliProfile?: string | undefined;
}

/** The same with what opens its endpoints: as kept for a broker that has to start again. */
export interface KeptConnection extends SignedInConnection {
  readonly idTokenCapability: string;
  readonly managedIdentityCapability: string;
}

/** A profile of Azure CLI that the broker is to keep signed in from now on. */
export interface AzureCliProfileOrder {
  /** Of the connection. */
  readonly id: string;
  readonly path: string;
}

/** What a task learns when its connection is kept signed in. */
export interface Registration {
  readonly brokerId: string;
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly tokenFile: string;
  readonly idTokenCapability: string;
  readonly managedIdentityCapability: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  /** ISO 8601. */
  readonly expiresOn: string;
  /** How far the agent's clock is ahead of Azure DevOps', if that is known. */
  readonly clockAheadMs?: number | undefined;
}

/** How the broker reaches the network and the job; sent once, when it starts. */
export interface BrokerSettings {
  readonly protocol: number;
  readonly brokerId: string;
  readonly job: {
    readonly planId: string;
    readonly jobId: string;
    readonly hostType: string;
    readonly projectId: string;
    readonly collectionUri: string;
    readonly oidcRequestUri: string;
    readonly jobAccessToken: string;
  };
  readonly stateDirectory: string;
  /** The agent's worker, whose end is the end of the job; absent where it cannot be seen. */
  readonly worker?: ProcessIdentity | undefined;
  readonly network: {
    readonly proxy?:
      | {
          readonly url: string;
          readonly username?: string | undefined;
          readonly password?: string | undefined;
          readonly bypass: readonly string[];
        }
      | undefined;
    readonly authoritiesFile?: string | undefined;
  };
  /** Of the broker that this one follows, so that variables already exported stay right. */
  readonly port?: number | undefined;
  readonly kept: readonly KeptConnection[];
}

/** From the task that starts the broker. */
export interface StartMessage {
  readonly settings: BrokerSettings;
  readonly connection: ConnectionOrder;
}

/** The broker's answer to a registration, on either channel. */
export type RegistrationAnswer =
  | { readonly registration: Registration }
  | {
      readonly failure: Failure;
      /** The broker stays, for the connections that it took over from one before it. */
      readonly keepsRunning?: boolean;
    };

/** The answer to a task that asks for an access token. */
export type AccessTokenAnswer =
  { readonly token: string; readonly expiresOn: string } | { readonly failure: Failure };
