import type { ProcessIdentity } from '../ports.ts';
import { readConnectionOrder, type ConnectionOrder } from './messages.ts';
import { list, number, optional, shapeOf, text, textLike, type Shape } from './shape.ts';

/** A connection with what opens its endpoints: as kept for a broker that has to start again. */
export interface KeptConnection extends ConnectionOrder {
  readonly idTokenCapability: string;
  readonly managedIdentityCapability: string;
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
  /** Of the broker that this one follows: its address stays, its capabilities do not. */
  readonly port?: number | undefined;
  readonly kept: readonly KeptConnection[];
}

/** From the task that starts the broker. */
export interface StartMessage {
  readonly settings: BrokerSettings;
  readonly connection: ConnectionOrder;
}

/** @throws {NotAMessage} for what is no start message. */
export function readStartMessage(value: unknown): StartMessage {
  const shape = shapeOf(value);
  return {
    settings: readSettings(shape['settings']),
    connection: readConnectionOrder(shape['connection']),
  };
}

function readSettings(value: unknown): BrokerSettings {
  const shape = shapeOf(value);
  return {
    protocol: number(shape, 'protocol'),
    brokerId: text(shape, 'brokerId'),
    job: readJob(shape['job']),
    stateDirectory: text(shape, 'stateDirectory'),
    worker: optional(shape, 'worker', readProcess),
    network: readNetwork(shape['network']),
    port: optional(shape, 'port', number),
    kept: list(shape, 'kept', readKept),
  };
}

function readJob(value: unknown): BrokerSettings['job'] {
  const shape = shapeOf(value);
  return {
    planId: text(shape, 'planId'),
    jobId: text(shape, 'jobId'),
    hostType: text(shape, 'hostType'),
    projectId: text(shape, 'projectId'),
    collectionUri: textLike(shape, 'collectionUri', /^https:\/\//),
    oidcRequestUri: textLike(shape, 'oidcRequestUri', /^https:\/\//),
    jobAccessToken: text(shape, 'jobAccessToken'),
  };
}

function readProcess(of: Shape, key: string): ProcessIdentity {
  const shape = shapeOf(of[key]);
  return { pid: number(shape, 'pid'), identity: text(shape, 'identity') };
}

function readNetwork(value: unknown): BrokerSettings['network'] {
  const shape = shapeOf(value);
  return {
    proxy: optional(shape, 'proxy', readProxy),
    authoritiesFile: optional(shape, 'authoritiesFile', text),
  };
}

function readProxy(of: Shape, key: string): BrokerSettings['network']['proxy'] {
  const shape = shapeOf(of[key]);
  return {
    url: text(shape, 'url'),
    username: optional(shape, 'username', text),
    password: optional(shape, 'password', text),
    bypass: list(shape, 'bypass', String),
  };
}

function readKept(value: unknown): KeptConnection {
  const shape = shapeOf(value);
  return {
    ...readConnectionOrder(value),
    idTokenCapability: text(shape, 'idTokenCapability'),
    managedIdentityCapability: text(shape, 'managedIdentityCapability'),
  };
}
