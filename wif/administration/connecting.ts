import { isSame } from '../../src/json-text.ts';
import type { Clock } from '../../src/ports.ts';
import { publicCloud } from './cloud.ts';
import { assignRoleCommand, createCredentialCommand } from './commands.ts';
import {
  federation,
  isFederated,
  trustOf,
  type Connection,
  type Project,
  type Trust,
} from './connection.ts';
import { administrationError } from './errors.ts';
import { compareCredentials, credentialsOf, ensureCredential } from './federated-credentials.ts';
import type { Directory, Identity } from './identity.ts';
import { never } from './parallel.ts';
import { allowAllPipelines, isAllowedToAllPipelines } from './pipeline-permission.ts';
import { assignRole, roleNamed, rolesOf } from './roles.ts';
import { addressOfScope, isSameScope, scopeOf, type Scope } from './scope.ts';
import { connectionsOf, createConnection, lookUntil } from './service-connections.ts';
import type { Web } from './web.ts';

/** What `connect` is to bring about. */
export interface Wish {
  readonly name: string;
  readonly description: string;
  readonly project: Project;
  readonly identity: Identity;
  readonly tenantId: string;
  readonly scope: Scope;
  /** Let every pipeline of the project use it; else each asks once. */
  readonly allPipelines: boolean;
  /** A role to give the identity; none, where absent. */
  readonly role: { readonly name: string; readonly scope: string } | undefined;
}

/** What one step found or did. */
export interface StepResult {
  readonly state: 'exists' | 'created' | 'would create';
  readonly detail: string;
}

/** What a step makes, for those after it; a dry run leaves it unknown. */
export interface Made {
  connection?: Connection;
  trust?: Trust;
}

export interface ConnectWorld {
  readonly web: Web;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly isDryRun: boolean;
}

/** A step that can be taken again and again: what is there is not made anew. */
export interface Step {
  readonly title: string;
  readonly take: (wish: Wish, made: Made, world: ConnectWorld) => Promise<StepResult>;
  /** What does the same with another tool, for whoever may do what the caller may not. */
  readonly command?: (wish: Wish, made: Made) => string | undefined;
}

/** How long Azure DevOps may take to tell issuer and subject of a new connection, in ms. */
const maxReadBackMs = 20_000;

const serviceConnectionStep: Step = {
  title: 'service connection',
  async take(wish, made, { web, isDryRun }) {
    const existing = await connectionNamed(wish, web);
    if (existing !== undefined) {
      made.connection = existing;
      return { state: 'exists', detail: `"${existing.name}", ID ${existing.id}` };
    }
    if (isDryRun) {
      return {
        state: 'would create',
        detail: `"${wish.name}" in project "${wish.project.name}", Entra issuer`,
      };
    }
    const created = await makeConnection(wish, web);
    made.connection = created;
    return { state: 'created', detail: `"${created.name}", ID ${created.id}` };
  },
};

const readBackStep: Step = {
  title: 'issuer and subject',
  async take(_wish, made, { web, clock, isDryRun }) {
    if (made.connection === undefined)
      return unknownYet(isDryRun, 'Azure DevOps tells them once the connection exists');
    const isTold = (connection: Connection): boolean => trustOf(connection) !== undefined;
    const waiting = { web, clock, waitMs: maxReadBackMs, stop: never };
    made.connection = await lookUntil(isTold, made.connection, waiting);
    const trust = trustOf(made.connection);
    if (trust !== undefined) {
      made.trust = trust;
      return { state: 'exists', detail: `${trust.issuer} ${trust.subject}` };
    }
    throw administrationError(
      'CHANGE_UNCONFIRMED',
      `Azure DevOps does not tell issuer and subject of the service connection "${made.connection.name}".`,
      'Run the command again in some minutes.',
    );
  },
};

const credentialStep: Step = {
  title: 'federated credential',
  async take({ identity }, made, { directory, isDryRun }) {
    const who = `of the ${identity.kind} "${identity.name}"`;
    if (made.trust === undefined || made.connection === undefined) return unknownYet(isDryRun, who);
    if (isDryRun) {
      const present = await credentialsOf(identity, directory);
      const comparison = compareCredentials(present, made.trust);
      return { state: comparison.state === 'present' ? 'exists' : 'would create', detail: who };
    }
    const isNew = await ensureCredential(identity, made.connection.id, made.trust, directory);
    return { state: isNew ? 'created' : 'exists', detail: who };
  },
  command({ identity }, { connection, trust }) {
    return connection === undefined || trust === undefined
      ? undefined
      : createCredentialCommand(identity, connection.id, trust);
  },
};

const roleStep: Step = {
  title: 'role',
  async take({ identity, role }, _made, { directory, isDryRun }) {
    const { resourceManager } = directory;
    if (role === undefined) return { state: 'exists', detail: 'none was asked for' };
    const { principalId } = identity;
    if (principalId === undefined) throw withoutPrincipal(identity);
    const detail = `${role.name} at ${role.scope}`;
    const definition = await roleNamed(role.name, role.scope, resourceManager);
    const present = await rolesOf(principalId, role.scope, resourceManager);
    if (present.some(({ name }) => isSame(name, role.name))) return { state: 'exists', detail };
    if (isDryRun) return { state: 'would create', detail };
    await assignRole(principalId, definition, role.scope, resourceManager);
    return { state: 'created', detail };
  },
  command({ identity: { principalId }, role }) {
    return principalId === undefined || role === undefined
      ? undefined
      : assignRoleCommand(principalId, role.name, role.scope);
  },
};

const allPipelinesStep: Step = {
  title: 'all pipelines',
  async take(_wish, made, { web, isDryRun }) {
    const detail = 'every pipeline of the project may use it';
    if (made.connection === undefined) return unknownYet(isDryRun, detail);
    if (await isAllowedToAllPipelines(made.connection, web)) return { state: 'exists', detail };
    if (isDryRun) return { state: 'would create', detail };
    await allowAllPipelines(made.connection, web);
    return { state: 'created', detail };
  },
};

/** The steps, in their order: each needs what those before it made. */
export function stepsOf({ role, allPipelines }: Wish): readonly Step[] {
  return [
    serviceConnectionStep,
    readBackStep,
    credentialStep,
    ...(role === undefined ? [] : [roleStep]),
    ...(allPipelines ? [allPipelinesStep] : []),
  ];
}

/** The record that makes a connection (https://learn.microsoft.com/rest/api/azure/devops/serviceendpoint/endpoints/create). */
export function newRecord(wish: Wish): Readonly<Record<string, unknown>> {
  const { name, description, project, identity, tenantId, scope } = wish;
  return {
    name,
    description,
    type: 'azurerm',
    url: 'https://management.azure.com/',
    owner: 'library',
    isShared: false,
    authorization: {
      scheme: federation,
      parameters: {
        tenantid: tenantId,
        serviceprincipalid: identity.clientId,
        workloadIdentityFederationIssuerType: 'EntraID',
        ...(scope.kind === 'resource group' ? { scope: addressOfScope(scope) } : {}),
      },
    },
    data: {
      environment: publicCloud,
      ...scopeData(scope),
      creationMode: 'Manual',
      identityType:
        identity.kind === 'managed identity' ? 'ManagedIdentity' : 'AppRegistrationManual',
    },
    serviceEndpointProjectReferences: [{ projectReference: project, name, description }],
  };
}

function scopeData({ kind, id, name }: Scope): Readonly<Record<string, string>> {
  return kind === 'management group'
    ? { scopeLevel: 'ManagementGroup', managementGroupId: id, managementGroupName: name }
    : { scopeLevel: 'Subscription', subscriptionId: id, subscriptionName: name };
}

/** The connection of this name, which must be the one that is wished for. */
export async function connectionNamed(wish: Wish, web: Web): Promise<Connection | undefined> {
  const connections = await connectionsOf(web, wish.project);
  const existing = connections.find(({ name }) => isSame(name, wish.name));
  if (existing === undefined) return undefined;
  const differences = [
    ...(isFederated(existing) ? [] : [`it signs in by ${existing.scheme}`]),
    ...differs('cloud', existing.environment, publicCloud),
    ...differs('client ID', existing.clientId, wish.identity.clientId),
    ...differs('tenant', existing.tenantId, wish.tenantId),
    ...(isSameScope(scopeOf(existing), addressOfScope(wish.scope))
      ? []
      : [`it is for ${scopeOf(existing) ?? 'no scope'}`]),
  ];
  if (differences.length === 0) return existing;
  throw administrationError(
    'CONNECTION_NAME_TAKEN',
    `Project "${wish.project.name}" has another service connection "${existing.name}": ${differences.join(', ')}.`,
    'Choose another --name, or delete that connection if nobody uses it.',
  );
}

function differs(what: string, has: string | undefined, wants: string): readonly string[] {
  return isSame(has ?? '', wants) ? [] : [`its ${what} is ${has ?? 'not set'}`];
}

/** Creates it; where the answer is lost or another run was quicker, what is there counts. */
async function makeConnection(wish: Wish, web: Web): Promise<Connection> {
  const outcome = await createConnection(web, newRecord(wish), wish.project).catch(
    (error: unknown) => (error instanceof Error ? error : undefined),
  );
  if (outcome !== undefined && !(outcome instanceof Error)) return outcome;
  const existing = await connectionNamed(wish, web);
  if (existing !== undefined) return existing;
  throw outcome ?? unreadable(wish);
}

/** What has no service principal can have no role. */
export function withoutPrincipal({ name, clientId }: Identity): Error {
  return administrationError(
    'IDENTITY_NOT_FOUND',
    `The app registration "${name}" has no service principal in this tenant.`,
    `Create it with: az ad sp create --id ${clientId}`,
  );
}

function unreadable({ name }: Wish): Error {
  return administrationError(
    'ANSWER_UNREADABLE',
    `Azure DevOps did not say what became of the service connection "${name}".`,
    'Run the command again.',
  );
}

function unknownYet(isDryRun: boolean, detail: string): StepResult {
  return { state: isDryRun ? 'would create' : 'exists', detail };
}
