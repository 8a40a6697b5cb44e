import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { armError, type ArmHandler } from './resource-manager.ts';
import { complete, perform } from './resource-types.ts';
import type { World } from './world.ts';

/** What the words behind `/providers/` name: a resource, a list of a type, or an action on one. */
interface Target {
  /** ID of the resource, or of the list, as it was written. */
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Of a resource in a resource; empty for one that is in a group. */
  readonly parentId: string;
  readonly isResource: boolean;
}

function targetOf(request: EmulatorRequest): Target {
  const { subscription = '', group, kind = '' } = request.params;
  const scope =
    group === undefined
      ? `/subscriptions/${subscription.toLowerCase()}`
      : `/subscriptions/${subscription.toLowerCase()}/resourceGroups/${group}`;
  const [namespace = '', ...words] = kind.split('/');
  const isResource = words.length % 2 === 0;
  const types = words.filter((_, index) => index % 2 === 0);
  const parents = words.slice(0, isResource ? -2 : -1);
  return {
    id: `${scope}/providers/${kind}`,
    type: [namespace, ...types].join('/'),
    name: isResource ? (words.at(-1) ?? '') : '',
    parentId: parents.length === 0 ? '' : `${scope}/providers/${[namespace, ...parents].join('/')}`,
    isResource,
  };
}

function bodyOf(request: EmulatorRequest): Readonly<Record<string, unknown>> | undefined {
  if (request.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(request.body.toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

const badBody = (): EmulatorResponse =>
  armError(
    400,
    'InvalidRequestContent',
    'The request content was invalid and could not be deserialized.',
  );

const notFound = ({ type, name }: Target, group: string): EmulatorResponse =>
  armError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

function inScope(id: string, listed: Target, request: EmulatorRequest): boolean {
  const { subscription = '', group } = request.params;
  const own = id.toLowerCase();
  const scope = `/subscriptions/${subscription}/`.toLowerCase();
  const parent = group === undefined ? scope : listed.id.toLowerCase().replace(/[^/]+$/, '');
  return own.startsWith(parent);
}

function list(target: Target, request: EmulatorRequest, world: World): EmulatorResponse {
  const value = [...world.resourceStore.values()].filter(
    ({ id, type }) =>
      type.toLowerCase() === target.type.toLowerCase() && inScope(id, target, request),
  );
  return json(200, { value });
}

/** What stands in the way of a new resource. */
function obstacle(
  target: Target,
  body: Readonly<Record<string, unknown>>,
  world: World,
): EmulatorResponse | undefined {
  if (target.parentId !== '') {
    if (world.resourceStore.has(target.parentId.toLowerCase())) return undefined;
    return armError(
      404,
      'ParentResourceNotFound',
      `Failed to perform 'write' on resource(s) of type '${target.type}', because the parent resource '${target.parentId}' could not be found.`,
    );
  }
  if (typeof body['location'] === 'string') return undefined;
  return armError(
    400,
    'LocationRequired',
    'The location property is required for this definition.',
  );
}

function put(target: Target, request: EmulatorRequest, world: World): EmulatorResponse {
  const body = bodyOf(request);
  if (body === undefined) return badBody();
  const key = target.id.toLowerCase();
  const known = world.resourceStore.get(key);
  const flaw = known === undefined ? obstacle(target, body, world) : undefined;
  if (flaw !== undefined) return flaw;
  const { id, type, name } = target;
  const completion = complete({ ...body, id, type, name }, world);
  if (completion.kind === 'refused') return completion.answer;
  world.resourceStore.set(key, completion.resource);
  return json(known === undefined ? 201 : 200, completion.resource);
}

function patch(target: Target, request: EmulatorRequest, world: World): EmulatorResponse {
  const known = world.resourceStore.get(target.id.toLowerCase());
  if (known === undefined) return notFound(target, request.params['group'] ?? '');
  const body = bodyOf(request);
  if (body === undefined) return badBody();
  const properties = { ...known.properties, ...(body['properties'] as object | undefined) };
  const changed = { ...known, ...body, properties };
  world.resourceStore.set(target.id.toLowerCase(), changed);
  return json(200, changed);
}

function remove(target: Target, world: World): EmulatorResponse {
  const key = target.id.toLowerCase();
  const isThere = world.resourceStore.delete(key);
  for (const other of world.resourceStore.keys()) {
    if (other.startsWith(`${key}/`)) world.resourceStore.delete(other);
  }
  return { status: isThere ? 200 : 204, headers: {}, body: '' };
}

/** `POST …/{resource}/{action}`: only what a provider really offers. */
function act(target: Target, request: EmulatorRequest, world: World): EmulatorResponse {
  const action = target.id.slice(target.id.lastIndexOf('/') + 1);
  const resource = world.resourceStore.get(target.parentId.toLowerCase());
  if (resource === undefined) return notFound(target, request.params['group'] ?? '');
  return (
    perform(action, resource, world) ??
    armError(404, 'InvalidResourceType', `There is no action '${action}' here.`)
  );
}

/** Resources of all types that nobody else answers for: in groups, and lists of a subscription. */
export const anyResource: ArmHandler = (request, world) => {
  const target = targetOf(request);
  const { group, subscription = '' } = request.params;
  const groupKey = `/subscriptions/${subscription}/resourceGroups/${group ?? ''}`.toLowerCase();
  if (group !== undefined && !world.resourceGroups.has(groupKey)) {
    return armError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  const { method } = request;
  if (!target.isResource) {
    if (method === 'GET') return list(target, request, world);
    return method === 'POST'
      ? act(target, request, world)
      : armError(405, 'MethodNotAllowed', 'Not supported.');
  }
  if (method === 'PUT') return put(target, request, world);
  if (method === 'PATCH') return patch(target, request, world);
  if (method === 'DELETE') return remove(target, world);
  const known = world.resourceStore.get(target.id.toLowerCase());
  if (method === 'HEAD') return { status: known ? 204 : 404, headers: {}, body: '' };
  if (method !== 'GET') return armError(405, 'MethodNotAllowed', 'Not supported.');
  return known ? json(200, known) : notFound(target, group ?? '');
};

/** The action that Resource Manager demands a role for, in the words of its refusals. */
export function resourceAction(request: EmulatorRequest): string {
  const { type } = targetOf(request);
  const verbs: Readonly<Record<string, string>> = {
    PUT: 'write',
    PATCH: 'write',
    DELETE: 'delete',
  };
  return `${type}/${verbs[request.method] ?? (request.method === 'POST' ? 'action' : 'read')}`;
}

/** `GET …/resources`: what is in a group, or in a subscription. */
export const storedResources: ArmHandler = (request, world) => {
  const { subscription = '', group } = request.params;
  const scope = `/subscriptions/${subscription}/`.toLowerCase();
  const prefix = group === undefined ? scope : `${scope}resourcegroups/${group.toLowerCase()}/`;
  const wanted = /^resourceType eq '([^']+)'$/.exec(request.query.get('$filter') ?? '')?.[1];
  const value = [...world.resourceStore.values()]
    .filter(({ id, type }) => {
      const isWanted = wanted === undefined || type.toLowerCase() === wanted.toLowerCase();
      return isWanted && id.toLowerCase().startsWith(prefix) && type.split('/').length === 2;
    })
    .map(({ id, name, type, location }) => ({ id, name, type, location }));
  return json(200, { value });
};
