import { randomBytes, randomUUID } from 'node:crypto';
import type {
  AccessLevel,
  Conversion,
  ManagedIdentity,
  Project,
  Rights,
} from './administration.ts';
import type { ConnectionRun } from './executions.ts';
import { moveIssuer } from './issuer-move.ts';
import type { BuildDefinition, KeyVaultGroup } from './pipelines.ts';
import {
  addServiceConnection,
  type ServiceConnection,
  type ServiceConnectionOptions,
} from './service-connections.ts';
import type { Application, World } from './world.ts';

/** A connection in a project of one's choice. */
export interface ManagedConnectionOptions extends ServiceConnectionOptions {
  readonly project?: Project;
  readonly sharedWith?: readonly Project[];
  readonly isDisabled?: boolean;
  readonly isLocked?: boolean;
  readonly creatorHasLeft?: boolean;
  readonly lastUsedOn?: Date;
}

/** A service principal that administers, by its environment. */
export interface Administrator {
  readonly clientId: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What a test does with the organization and the tenant. */
export interface Office {
  /** The project that jobs run in is there from the start. */
  readonly projects: readonly Project[];
  readonly conversions: readonly Conversion[];
  pageSize: number;
  conversionMs: number;
  addProject(name: string): Project;
  addConnection(options: ManagedConnectionOptions): ServiceConnection;
  /** A connection to something else than Azure. */
  addForeignConnection(name: string, type: string, project: Project): string;
  /** As an agent would get it now. */
  connection(id: string): ServiceConnection;
  /** The seven days in which a conversion can be reverted are over. */
  endReversal(id: string): void;
  addAdministrator(rights?: Rights): Administrator;
  issuePersonalAccessToken(rights?: Rights): string;
  addManagedIdentity(name: string, group: string): ManagedIdentity;
  addApplication(name: string): string;
  /** A resource group of the subscription. */
  addResourceGroup(name: string): void;
  /** What the extension of Azure CLI asks for: Entra's issuer for the connection of this subject. */
  moveIssuer(subject: string): 'initiated' | 'not found';
  /** A pipeline uses the connection now. */
  use(id: string): void;
  /** A pipeline or classic build of a project. */
  addDefinition(definition: BuildDefinition): void;
  /** A job of a pipeline or release has used the connection for so many minutes, until now. */
  addRun(id: string, run: Pick<ConnectionRun, 'planType' | 'definition'>, minutes: number): void;
  addKeyVaultGroup(group: KeyVaultGroup): void;
  /** Whether every pipeline may use a connection. */
  isOpen(id: string): boolean;
  application(clientId: string): Application;
  changeApplication(clientId: string, change: Partial<Application>): void;
  /** Somebody deletes the secret of an app registration. */
  removeSecret(clientId: string): void;
  /** Lets an identity administer, as the owner of a subscription with rights in the directory. */
  giveRights(clientId: string, rights: Rights): void;
  /** What an identity may use as a user of the organization. */
  setAccessLevel(clientId: string, level: AccessLevel): void;
  /** Lets an identity publish in the marketplace. */
  admitPublisher(clientId: string): void;
  /** A role that somebody gave to an identity, at a scope. */
  assignRole(clientId: string, roleDefinitionId: string, scope: string): void;
}

const secretText = (): string =>
  `${randomBytes(3).toString('base64url')}8Q~${randomBytes(25).toString('base64url')}`;

function newApplication(
  name: string,
  kind: Application['kind'],
  world: World,
  secret?: string,
): Application {
  const application: Application = {
    clientId: randomUUID(),
    objectId: randomUUID(),
    name,
    kind,
    cloud: world.clouds[0],
    federatedCredentials: [],
    ...(secret === undefined ? {} : { secret }),
    subscriptions: new Set(),
  };
  world.applications.set(application.clientId, application);
  if (secret !== undefined) world.issued.push({ kind: 'secret', value: secret });
  return application;
}

function applicationOf(clientId: string, world: World): Application {
  const application = world.applications.get(clientId);
  if (!application) throw new Error(`There is no application ${clientId}.`);
  return application;
}

function register(options: ManagedConnectionOptions, world: World): ServiceConnection {
  const { project = world.organization.project, sharedWith = [], lastUsedOn } = options;
  const connection = addServiceConnection(options, world);
  world.administration.registrations.set(connection.id, {
    id: connection.id,
    projects: [project, ...sharedWith],
    description: '',
    isDisabled: options.isDisabled ?? false,
    isLocked: options.isLocked ?? false,
    creatorHasLeft: options.creatorHasLeft ?? false,
    ...(lastUsedOn === undefined ? {} : { lastUsedOn }),
  });
  return connection;
}

function registerForeign(name: string, type: string, project: Project, world: World): string {
  const id = randomUUID();
  const foreign = {
    id,
    name,
    type,
    url: `https://${type}.example`,
    authorization: { scheme: 'Token', parameters: { apitoken: null } },
    data: {},
  };
  world.administration.registrations.set(id, {
    id,
    projects: [project],
    foreign,
    description: '',
    isDisabled: false,
    isLocked: false,
    creatorHasLeft: false,
  });
  return id;
}

function administrator(rights: Rights, world: World): Administrator {
  const secret = secretText();
  const { clientId } = newApplication('administrator', 'app-registration', world, secret);
  world.administration.rights.set(clientId, rights);
  const environment = {
    AZURE_TENANT_ID: world.tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: secret,
  };
  return { clientId, environment };
}

function managedIdentity(name: string, group: string, world: World): ManagedIdentity {
  const { clientId } = newApplication(name, 'managed-identity', world);
  const resourceId = `/subscriptions/${world.subscriptionId}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;
  const identity = { resourceId, clientId };
  world.administration.managedIdentities.set(resourceId.toLowerCase(), identity);
  return identity;
}

/** The door to all this for tests. */
export function openOffice(world: World): Office {
  const { administration } = world;
  administration.projects.push(world.organization.project);
  return {
    projects: administration.projects,
    conversions: administration.conversions,
    get pageSize() {
      return administration.pageSize;
    },
    set pageSize(size) {
      administration.pageSize = size;
    },
    get conversionMs() {
      return administration.conversionMs;
    },
    set conversionMs(ms) {
      administration.conversionMs = ms;
    },
    addProject: (name) => {
      const project = { id: randomUUID(), name };
      administration.projects.push(project);
      return project;
    },
    addConnection: (options) => register(options, world),
    addForeignConnection: (name, type, project) => registerForeign(name, type, project, world),
    connection: (id) => {
      const connection = world.connections.get(id);
      if (!connection) throw new Error(`There is no connection ${id}.`);
      return connection;
    },
    endReversal: (id) => {
      const registration = administration.registrations.get(id);
      if (registration) registration.revertUntil = new Date(Date.now() - 1000);
    },
    addAdministrator: (rights = {}) => administrator(rights, world),
    issuePersonalAccessToken: (rights = {}) => {
      const token = randomBytes(63).toString('base64url');
      administration.personalTokens.set(token, rights);
      world.issued.push({ kind: 'secret', value: token });
      return token;
    },
    addManagedIdentity: (name, group) => managedIdentity(name, group, world),
    addApplication: (name) => newApplication(name, 'app-registration', world).clientId,
    addResourceGroup: (name) => {
      const id = `/subscriptions/${world.subscriptionId}/resourceGroups/${name}`;
      const type = 'Microsoft.Resources/resourceGroups';
      world.resourceGroups.set(id.toLowerCase(), { id, name, type, location: 'westeurope' });
    },
    moveIssuer: (subject) => moveIssuer(subject, world),
    use: (id) => {
      const registration = administration.registrations.get(id);
      if (!registration) return;
      administration.registrations.set(id, { ...registration, lastUsedOn: new Date() });
    },
    addDefinition: (definition) => void administration.definitions.push(definition),
    addRun: (id, run, minutes) => {
      const registration = administration.registrations.get(id);
      if (!registration) throw new Error(`There is no connection ${id}.`);
      const finishedOn = new Date();
      const startedOn = new Date(finishedOn.getTime() - minutes * 60_000);
      const runs = [...(registration.runs ?? []), { ...run, startedOn, finishedOn }];
      administration.registrations.set(id, { ...registration, runs });
    },
    addKeyVaultGroup: (group) => void administration.variableGroups.push(group),
    isOpen: (id) => administration.openConnections.has(id),
    application: (clientId) => applicationOf(clientId, world),
    changeApplication: (clientId, change) =>
      void world.applications.set(clientId, { ...applicationOf(clientId, world), ...change }),
    removeSecret: (clientId) => {
      const { secret, ...rest } = applicationOf(clientId, world);
      if (secret !== undefined) world.applications.set(clientId, rest);
    },
    giveRights: (clientId, rights) => void administration.rights.set(clientId, rights),
    setAccessLevel: (clientId, level) => void administration.accessLevels.set(clientId, level),
    admitPublisher: (clientId) => void administration.publisherMembers.add(clientId),
    assignRole: (clientId, roleDefinitionId, scope) => {
      const { objectId: principalId } = applicationOf(clientId, world);
      const name = randomUUID();
      administration.roleAssignments.push({ name, scope, principalId, roleDefinitionId });
    },
  };
}
