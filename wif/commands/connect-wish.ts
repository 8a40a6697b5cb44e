import type { Wish } from '../administration/connecting.ts';
import { administrationError } from '../administration/errors.ts';
import {
  identityOf,
  managedIdentity,
  requireGuid,
  type Identity,
} from '../administration/identity.ts';
import {
  readManagementGroup,
  readSubscription,
  requireResourceGroup,
} from '../administration/roles.ts';
import { addressOfScope, isScope, type Scope } from '../administration/scope.ts';
import { projectNamed } from '../administration/service-connections.ts';
import type { CommandWorld } from './world.ts';

export interface ConnectOptions {
  readonly name: string;
  readonly description: string;
  /** By name or ID; else the one that the organization's address names. */
  readonly project: string | undefined;
  /** Resource ID of a user-assigned managed identity. */
  readonly identity: string | undefined;
  /** Client ID of an app registration. */
  readonly app: string | undefined;
  readonly subscription: string | undefined;
  readonly resourceGroup: string | undefined;
  readonly managementGroup: string | undefined;
  readonly allPipelines: boolean;
  readonly role: string | undefined;
  readonly roleScope: string | undefined;
  readonly dryRun: boolean;
  readonly output: 'table' | 'json';
}

/** Everything is read, and can be refused, before anything is made. */
export async function wishOf(options: ConnectOptions, world: CommandWorld): Promise<Wish> {
  const { devops, organization } = world;
  const named = options.project ?? organization.project;
  if (named === undefined) {
    throw administrationError(
      'USAGE_INVALID',
      'No project is named.',
      'Give --project, or the address of the project in --organization.',
    );
  }
  requireRoleScope(options.roleScope);
  requireOneScope(options);
  const identity = await identityFor(options, world);
  const project = await projectNamed(devops, named);
  const { scope, tenantId: scopeTenant } = await scopeFor(options, world);
  const tenantId = identity.kind === 'managed identity' ? identity.tenantId : scopeTenant;
  if (tenantId === undefined) {
    throw administrationError(
      'IDENTITY_NOT_FOUND',
      `Resource Manager does not tell the tenant of the ${identity.kind} "${identity.name}".`,
      'Run the command again.',
    );
  }
  const { name, description, role, allPipelines } = options;
  const at = options.roleScope ?? addressOfScope(scope);
  const wanted = role === undefined ? undefined : { name: role, scope: at };
  return { name, description, project, identity, tenantId, scope, role: wanted, allPipelines };
}

/** What the connection is for, which must be there; with its tenant. */
async function scopeFor(
  { subscription, resourceGroup, managementGroup }: ConnectOptions,
  { directory: { resourceManager } }: CommandWorld,
): Promise<{ readonly scope: Scope; readonly tenantId: string | undefined }> {
  if (managementGroup !== undefined) {
    const { name, tenantId } = await readManagementGroup(managementGroup, resourceManager);
    return { scope: { kind: 'management group', id: managementGroup, name }, tenantId };
  }
  const id = requireGuid(subscription ?? '');
  const { name, tenantId } = await readSubscription(id, resourceManager);
  if (resourceGroup === undefined) return { scope: { kind: 'subscription', id, name }, tenantId };
  await requireResourceGroup(id, resourceGroup, resourceManager);
  return { scope: { kind: 'resource group', id, name, group: resourceGroup }, tenantId };
}

function requireOneScope({ subscription, resourceGroup, managementGroup }: ConnectOptions): void {
  const isOne = (subscription === undefined) !== (managementGroup === undefined);
  if (isOne && (resourceGroup === undefined || subscription !== undefined)) return;
  throw administrationError(
    'USAGE_INVALID',
    'It takes either --subscription or --management-group.',
    'Give --subscription <ID>, with --resource-group <name> for one of its groups, or --management-group <ID>.',
  );
}

function requireRoleScope(scope: string | undefined): void {
  if (scope === undefined || isScope(scope)) return;
  throw administrationError(
    'USAGE_INVALID',
    `"${scope}" is not a scope of roles.`,
    'Give --role-scope as /subscriptions/<ID>, with /resourceGroups/<name> and more behind it where wanted.',
  );
}

async function identityFor(
  { identity, app }: ConnectOptions,
  { directory }: CommandWorld,
): Promise<Identity> {
  if (identity !== undefined && app === undefined) return managedIdentity(identity, directory);
  if (app !== undefined && identity === undefined) return identityOf(requireGuid(app), directory);
  throw administrationError(
    'USAGE_INVALID',
    'It takes either --identity or --app.',
    'Give the resource ID of a user-assigned managed identity, or the client ID of an app registration.',
  );
}
