import { presentedBy } from './access-tokens.ts';
import type { ConnectionRun } from './executions.ts';
import type { PublishedExtension } from './marketplace.ts';
import { bearerOf, type EmulatorRequest } from './message.ts';
import type { BuildDefinition, KeyVaultGroup } from './pipelines.ts';
import { azureDevOps } from './resources.ts';
import type { Application, World } from './world.ts';

/** A project of the organization. */
export interface Project {
  readonly id: string;
  readonly name: string;
}

/** What whoever calls may do. */
export interface Rights {
  /** Projects that can be seen; all, unless this says which. */
  readonly projects?: readonly Project[];
  /** Azure DevOps: see connections, or change and create them too. */
  readonly connections?: 'read' | 'manage';
  /** Azure DevOps: see who is a user, and what each may use too. */
  readonly users?: 'none' | 'names' | 'entitlements';
  readonly graph?: 'none' | 'read' | 'write';
  readonly resourceManager?: 'none' | 'read' | 'write';
}

/** What Azure DevOps keeps of a connection beside what an agent gets. */
export interface Registration {
  readonly id: string;
  /** The first owns it. */
  readonly projects: readonly Project[];
  /** A connection that is not of Azure Resource Manager, whole. */
  readonly foreign?: Readonly<Record<string, unknown>>;
  readonly description: string;
  readonly isDisabled: boolean;
  readonly lastUsedOn?: Date;
  /** The jobs that used it, the latest last. */
  readonly runs?: readonly ConnectionRun[];
  /** Azure DevOps lacks the rights to change its app registration, and refuses at once. */
  readonly isLocked: boolean;
  /** Whoever made it has left: Azure DevOps begins a conversion, and then lacks the rights. */
  readonly creatorHasLeft: boolean;
  revertUntil?: Date;
  /** What Azure DevOps is doing with it, or could not do. */
  operation?: Operation;
}

/** An operation of Azure DevOps on a connection, which may take its time. */
export interface Operation {
  readonly state: 'InProgress' | 'Failed';
  readonly statusMessage: string;
  readonly startedAt: Date;
  /** Ends it, once its time has come; a failed one has nothing more to do. */
  readonly end?: () => void;
}

/** A change of a connection's scheme that really happened. */
export interface Conversion {
  readonly id: string;
  readonly scheme: string;
  readonly at: Date;
}

export interface ManagedIdentity {
  readonly resourceId: string;
  readonly clientId: string;
}

export interface RoleAssignment {
  readonly name: string;
  readonly scope: string;
  readonly principalId: string;
  readonly roleDefinitionId: string;
}

/** What a user may use, as Azure DevOps names it. */
export interface AccessLevel {
  readonly licence: 'express' | 'advanced' | 'stakeholder' | 'none';
  readonly status: 'active' | 'disabled';
}

/** All that an administrator can see and change. */
export interface Administration {
  readonly projects: Project[];
  readonly rights: Map<string, Rights>;
  readonly personalTokens: Map<string, Rights>;
  readonly registrations: Map<string, Registration>;
  readonly conversions: Conversion[];
  readonly managedIdentities: Map<string, ManagedIdentity>;
  readonly roleAssignments: RoleAssignment[];
  readonly definitions: BuildDefinition[];
  readonly variableGroups: KeyVaultGroup[];
  /** Connections that every pipeline may use. */
  readonly openConnections: Set<string>;
  /** Access levels of users by client ID; Basic where this says nothing. */
  readonly accessLevels: Map<string, AccessLevel>;
  /** Client IDs of the identities that are members of every publisher of the marketplace. */
  readonly publisherMembers: Set<string>;
  /** What was published there, by publisher and name. */
  readonly extensions: Map<string, PublishedExtension>;
  /** How many a page of a list holds. */
  pageSize: number;
  /** How long Azure DevOps works on a conversion, also on one under way, in ms. */
  conversionMs: number;
}

export const createAdministration = (): Administration => ({
  projects: [],
  rights: new Map(),
  personalTokens: new Map(),
  registrations: new Map(),
  conversions: [],
  managedIdentities: new Map(),
  roleAssignments: [],
  definitions: [],
  variableGroups: [],
  openConnections: new Set(),
  accessLevels: new Map(),
  publisherMembers: new Set(),
  extensions: new Map(),
  pageSize: 8,
  conversionMs: 0,
});

/** What the caller of Azure DevOps may do; undefined for nobody that it knows. */
export function devopsRights(request: EmulatorRequest, world: World): Rights | undefined {
  const { administration } = world;
  const password = passwordOf(request);
  if (password !== undefined) return administration.personalTokens.get(password);
  const { clientId = '' } = devopsIdentity(request, world) ?? {};
  return (
    administration.rights.get(clientId) ??
    (world.organizationUsers.has(clientId) ? { connections: 'read', users: 'none' } : undefined)
  );
}

/**
 * The identity whose access token for Azure DevOps a request has, as a bearer or as the password of
 * any name; undefined for a token that is none, and for no token.
 */
export function devopsIdentity(request: EmulatorRequest, world: World): Application | undefined {
  const token = bearerOf(request) ?? passwordOf(request);
  const presented = presentedBy(token, [azureDevOps], world.clouds[0], world);
  return 'flaw' in presented ? undefined : presented.application;
}

/**
 * The password of a request; the name before it may be any. An address with a name in it has git send
 * that with an empty one first, which is none.
 */
export function passwordOf({ headers }: EmulatorRequest): string | undefined {
  const basic = /^Basic +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1] ?? '';
  const password = Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':');
  return password === '' ? undefined : password;
}

/** An application's own object, which is another than its service principal. */
export function applicationObjectId({ clientId }: Application): string {
  const digits = clientId.replaceAll('-', '');
  const turned = digits.slice(16) + digits.slice(0, 16);
  return turned.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
