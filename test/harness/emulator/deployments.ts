import { randomUUID } from 'node:crypto';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { groupId } from './resource-groups.ts';
import { armError, type ArmHandler } from './resource-manager.ts';
import type { World } from './world.ts';

/** A template deployment; it succeeds once its time is over. */
export interface Deployment {
  readonly operationId: string;
  readonly startedAt: number;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  readonly mode: string;
}

const keyOf = (request: EmulatorRequest): string =>
  `${groupId(request)}/${request.params['name'] ?? ''}`.toLowerCase();

function idOf(request: EmulatorRequest): string {
  const scope =
    request.params['group'] === undefined
      ? `/subscriptions/${request.params['subscription'] ?? ''}`
      : groupId(request);
  return `${scope}/providers/Microsoft.Resources/deployments/${request.params['name'] ?? ''}`;
}

const isOver = (deployment: Deployment): boolean => Date.now() >= deployment.endsAt;

const view = (request: EmulatorRequest, deployment: Deployment, state: string): unknown => ({
  id: idOf(request),
  name: request.params['name'],
  type: 'Microsoft.Resources/deployments',
  properties: {
    provisioningState: state,
    mode: deployment.mode,
    timestamp: new Date(deployment.startedAt).toISOString(),
    duration: `PT${(Math.min(Date.now(), deployment.endsAt) - deployment.startedAt) / 1000}S`,
    correlationId: deployment.operationId,
    providers: [],
    dependencies: [],
    outputs: {},
    outputResources: [],
  },
});

function start(request: EmulatorRequest, world: World): EmulatorResponse {
  const { durationMs, retryAfterSeconds } = world.deploymentSettings;
  const startedAt = Date.now();
  const deployment: Deployment = {
    operationId: randomUUID(),
    startedAt,
    endsAt: startedAt + durationMs,
    mode: 'Incremental',
  };
  world.deployments.set(keyOf(request), deployment);
  const version = request.query.get('api-version') ?? '';
  const status = `https://${request.host}${idOf(request)}/operationStatuses/${deployment.operationId}?api-version=${version}`;
  return json(201, view(request, deployment, 'Accepted'), {
    'Azure-AsyncOperation': status,
    'Retry-After': String(retryAfterSeconds),
  });
}

const missing = (request: EmulatorRequest): EmulatorResponse =>
  armError(
    404,
    'DeploymentNotFound',
    `Deployment '${request.params['name'] ?? ''}' could not be found.`,
  );

/** PUT, GET and HEAD of a deployment. */
export const deployment: ArmHandler = (request, world) => {
  const group = request.params['group'];
  if (group !== undefined && !world.resourceGroups.has(groupId(request).toLowerCase())) {
    return armError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  if (request.method === 'PUT') return start(request, world);
  const known = world.deployments.get(keyOf(request));
  if (request.method === 'HEAD') return { status: known ? 204 : 404, headers: {}, body: '' };
  if (!known) return missing(request);
  return json(200, view(request, known, isOver(known) ? 'Succeeded' : 'Running'));
};

/** `POST …/validate`: every template is good. */
export const deploymentValidation: ArmHandler = (request) => {
  const now = Date.now();
  const pretended = { operationId: randomUUID(), startedAt: now, endsAt: now, mode: 'Incremental' };
  return json(200, view(request, pretended, 'Succeeded'));
};

/** `GET …/operationStatuses/{id}`: what a client polls while a deployment runs. */
export const deploymentStatus: ArmHandler = (request, world) => {
  const known = world.deployments.get(keyOf(request));
  if (!known || known.operationId !== request.params['operation']) return missing(request);
  const { retryAfterSeconds } = world.deploymentSettings;
  return isOver(known)
    ? json(200, { status: 'Succeeded' })
    : json(200, { status: 'Running' }, { 'Retry-After': String(retryAfterSeconds) });
};

/** `GET …/operations` of a deployment: it did nothing that could be told. */
export const deploymentOperations: ArmHandler = () => json(200, { value: [] });

/** `GET …/deployments` of a group or of the subscription. */
export const deployments: ArmHandler = (request, world) => {
  const prefix = `${groupId(request)}/`.toLowerCase();
  const value = [...world.deployments]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, known]) => {
      const named = { ...request, params: { ...request.params, name: key.slice(prefix.length) } };
      return view(named, known, isOver(known) ? 'Succeeded' : 'Running');
    });
  return json(200, { value });
};

/** `POST …/whatIf`: a template without resources changes nothing. */
export const deploymentForecast: ArmHandler = () =>
  json(200, { status: 'Succeeded', properties: { changes: [] } });
