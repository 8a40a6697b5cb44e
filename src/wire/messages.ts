import type { Failure } from '../errors.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { firstTokenBudgetMs, usualSettlingMs } from '../upstream/retry-policy.ts';
import { readFailure } from './failure.ts';
import {
  boolean,
  list,
  moment,
  NotAMessage,
  number,
  optional,
  shapeOf,
  text,
  textLike,
} from './shape.ts';

/**
 * What a task and the broker send each other: over Node's own channel when the broker starts, as
 * JSON over its control routes later. Secrets stand as plain text here; neither channel is a file,
 * an argument or a variable.
 */
export const protocolVersion = 2;

/** The header of each control answer that names the broker, sent before the work begins. */
export const brokerIdHeader = 'x-broker-id';

/** What a task can ask of the broker, below `/control/`. */
export type ControlRoute = 'status' | 'register' | 'dismiss' | 'expect' | 'access-token' | 'stop';

/** A connection that the broker is to keep signed in. */
export interface ConnectionOrder {
  readonly id: string;
  readonly name: string;
  /** The display name of the step that names it. */
  readonly step?: string | undefined;
  readonly clientId: string;
  readonly tenantId: string;
  readonly authorityHost: string;
  /** Where tokens are kept fresh for tools, beside the ID token's own file. */
  readonly places: readonly TokenPlace[];
  /**
   * Whether sessions of Azure CLI that other tasks open for this connection are kept signed in too.
   * One `false` wins over the others; absent where a task has no say in it.
   */
  readonly keepOtherTasks?: boolean | undefined;
  /** For how long new permissions are waited for, in ms; the usual time where it is absent. */
  readonly propagationMs?: number | undefined;
}

/** It becomes the name of a directory. */
const connectionId = /^[0-9A-Za-z-]{1,64}$/;

/** @throws {NotAMessage} for anything but the ID of a connection. */
export function readConnectionId(body: unknown): { readonly id: string } {
  return { id: textLike(shapeOf(body), 'id', connectionId) };
}

/** @throws {NotAMessage} for what is no order. */
export function readConnectionOrder(body: unknown): ConnectionOrder {
  const shape = shapeOf(body);
  return {
    ...readConnectionId(body),
    name: text(shape, 'name'),
    step: optional(shape, 'step', text),
    clientId: text(shape, 'clientId'),
    tenantId: text(shape, 'tenantId'),
    authorityHost: textLike(shape, 'authorityHost', /^https:\/\//),
    places: list(shape, 'places', readPlace),
    keepOtherTasks: optional(shape, 'keepOtherTasks', boolean),
    propagationMs: optional(shape, 'propagationMs', number),
  };
}

/** A place outside the broker in which it keeps tokens fresh. */
export type TokenPlace = AccessTokenFile | AzureCliProfile;

/** A file that holds the access token for one scope. */
export interface AccessTokenFile {
  readonly kind: 'file';
  readonly path: string;
  readonly scope: string;
}

/** The directory in which Azure CLI is signed in, or is about to be. */
export interface AzureCliProfile {
  readonly kind: 'azure-cli';
  readonly profile: string;
}

/** What a task wishes of the broker beside the ID token itself. */
export interface Wishes {
  readonly places?: readonly TokenPlace[];
  readonly keepOtherTasks?: boolean | undefined;
}

/** What an order takes of a connection. */
export function orderOf(
  { id, name, step, clientId, tenantId, authorityHost, propagationMs }: ServiceConnection,
  { places = [], keepOtherTasks }: Wishes = {},
): ConnectionOrder {
  const authority = authorityHost.href;
  const identity = { id, name, step, clientId, tenantId, authorityHost: authority };
  return { ...identity, places: places.map(plainPlace), keepOtherTasks, propagationMs };
}

/** An attempt that began within the budget may last a little longer, in ms. */
const lastAttemptMs = 40_000;

/**
 * When the broker gives up on first tokens at the latest, in ms from the task's request. The task
 * waits a little longer than that.
 */
export function givenUpAfterMs(order: Pick<ConnectionOrder, 'propagationMs'>): number {
  return firstTokenBudgetMs + (order.propagationMs ?? usualSettlingMs) + lastAttemptMs;
}

/** @throws {NotAMessage} for a kind of place that there is not. */
function readPlace(entry: unknown): TokenPlace {
  const shape = shapeOf(entry);
  switch (shape['kind']) {
    case 'file':
      return { kind: 'file', path: text(shape, 'path'), scope: text(shape, 'scope') };
    case 'azure-cli':
      return { kind: 'azure-cli', profile: text(shape, 'profile') };
    default:
      throw new NotAMessage('there is no such place');
  }
}

/** Without what a task knows of the place besides. */
function plainPlace(place: TokenPlace): TokenPlace {
  if (place.kind === 'azure-cli') return { kind: place.kind, profile: place.profile };
  return { kind: place.kind, path: place.path, scope: place.scope };
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
  /** ISO 8601; absent where the ID token does not tell. */
  readonly issuedOn?: string | undefined;
  /** How far the agent's clock is ahead of Azure DevOps', if that is known. */
  readonly clockAheadMs?: number | undefined;
}

/** @throws {NotAMessage} for what is no registration. */
function readRegistration(value: unknown): Registration {
  const shape = shapeOf(value);
  return {
    brokerId: text(shape, 'brokerId'),
    address: textLike(shape, 'address', /^127\.0\.0\.1:\d{1,5}$/),
    tokenFile: text(shape, 'tokenFile'),
    idTokenCapability: text(shape, 'idTokenCapability'),
    managedIdentityCapability: text(shape, 'managedIdentityCapability'),
    issuer: text(shape, 'issuer'),
    subject: text(shape, 'subject'),
    audience: text(shape, 'audience'),
    expiresOn: moment(shape, 'expiresOn'),
    issuedOn: optional(shape, 'issuedOn', moment),
    clockAheadMs: optional(shape, 'clockAheadMs', number),
  };
}

/** The broker's answer to a registration, on either channel. */
export type RegistrationAnswer =
  | { readonly registration: Registration }
  | {
      readonly failure: Failure;
      /** The broker stays, for the connections that it took over from one before it. */
      readonly keepsRunning?: boolean;
    };

/** @throws {NotAMessage} for what is no answer to a registration. */
export function readRegistrationAnswer(value: unknown): RegistrationAnswer {
  const shape = shapeOf(value);
  if (shape['failure'] === undefined) {
    return { registration: readRegistration(shape['registration']) };
  }
  const failure = readFailure(shape['failure']);
  return shape['keepsRunning'] === true ? { failure, keepsRunning: true } : { failure };
}

/** What a task asks for, for a connection that is kept. */
export interface AccessTokenRequest {
  readonly id: string;
  readonly scope: string;
}

/** @throws {NotAMessage} for what is no such request. */
export function readAccessTokenRequest(body: unknown): AccessTokenRequest {
  return { ...readConnectionId(body), scope: text(shapeOf(body), 'scope') };
}

/** The answer to a task that asks for an access token. */
export type AccessTokenAnswer =
  { readonly token: string; readonly expiresOn: string } | { readonly failure: Failure };

/** @throws {NotAMessage} for what is no such answer. */
export function readAccessTokenAnswer(value: unknown): AccessTokenAnswer {
  const shape = shapeOf(value);
  if (shape['failure'] !== undefined) return { failure: readFailure(shape['failure']) };
  return { token: text(shape, 'token'), expiresOn: moment(shape, 'expiresOn') };
}
