import { randomUUID } from 'node:crypto';
import { issueConnectionToken, issuePipelineToken } from './federation.ts';
import { jobOfToken } from './jobs.ts';
import {
  bearerOf,
  html,
  json,
  normalised,
  type EmulatorRequest,
  type EmulatorResponse,
} from './message.ts';
import type { JobRecord, World } from './world.ts';

/** The headers that every answer of Azure DevOps carries. */
export function devopsHeaders(): Readonly<Record<string, string>> {
  const activity = randomUUID();
  return {
    'x-vss-e2eid': activity,
    ActivityId: activity,
    'X-TFS-ProcessId': randomUUID(),
    'x-msedge-ref': `Ref A: ${randomUUID().replaceAll('-', '').toUpperCase()} Ref B: EMULATOR`,
  };
}

/** What Azure DevOps says to somebody whom it does not know. */
export const notAuthorized = 'TF400813: The user is not authorized to access this resource.';

function refusal(
  status: number,
  typeKey: string,
  message: string,
  connectionId?: string,
): EmulatorResponse {
  const body = {
    $id: '1',
    innerException: null,
    message,
    typeName: `Microsoft.TeamFoundation.DistributedTask.WebApi.${typeKey}, Microsoft.TeamFoundation.DistributedTask.WebApi`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  };
  const remark = connectionId === undefined ? { error: typeKey } : { error: typeKey, connectionId };
  return json(status, body, devopsHeaders(), remark);
}

/** A sign-in page instead of a 401; every client that does not ask otherwise gets one. */
export const signInRedirect = (): EmulatorResponse =>
  html(
    302,
    'Object moved',
    { ...devopsHeaders(), Location: 'https://dev.azure.com/_signin?realm=dev.azure.com' },
    { error: 'sign-in' },
  );

/** The other form of the sign-in page, which looks like a success. */
export const signInPage = (): EmulatorResponse =>
  html(203, 'Azure DevOps Services | Sign In', devopsHeaders(), { error: 'sign-in' });

function unauthorized(request: EmulatorRequest): EmulatorResponse {
  if (request.headers['x-tfs-fedauthredirect']?.toLowerCase() !== 'suppress') {
    // A token that once was one is sent to sign in again; anything else gets the page itself.
    return bearerOf(request)?.includes('.') === true ? signInRedirect() : signInPage();
  }
  const answer = refusal(401, 'UnauthorizedRequestException', notAuthorized);
  const challenge = 'Bearer authorization_uri=https://login.microsoftonline.com/common';
  return { ...answer, headers: { ...answer.headers, 'WWW-Authenticate': challenge } };
}

const apiVersion = (request: EmulatorRequest): string =>
  request.query.get('api-version') ??
  /api-version=([^;,\s]+)/.exec(request.headers['accept'] ?? '')?.[1] ??
  '';

function noExplicitReference(connectionId: string): EmulatorResponse {
  const value = `There is no explicit reference to service connection ${connectionId} from current stage deploy.deploy.__default.`;
  return json(404, { count: value.length, value }, devopsHeaders(), {
    error: 'no-explicit-reference',
    connectionId,
  });
}

/** What the route says of the plan, the job and the hub, compared with the job of the token. */
function misdirected(
  request: EmulatorRequest,
  job: JobRecord,
  world: World,
): EmulatorResponse | undefined {
  const { plan = '', jobId = '', hub = '', project = '' } = request.params;
  const names = [world.organization.project.id, world.organization.project.name];
  if (!names.includes(normalised(project))) {
    return refusal(
      404,
      'ProjectDoesNotExistException',
      `VS800075: The project with id '${project}' does not exist, or you do not have permission to access it.`,
    );
  }
  const known = [...world.jobs.values()].some((other) => other.planId === normalised(plan));
  if (!known || normalised(hub) !== job.hub) {
    return refusal(
      404,
      'TaskOrchestrationPlanNotFoundException',
      `No plan found for identifier ${plan}.`,
    );
  }
  if (normalised(plan) !== job.planId || normalised(jobId) !== job.jobId) {
    return refusal(
      403,
      'TaskOrchestrationPlanSecurityException',
      `Access denied: the identity has no permissions to plan ${plan}.`,
    );
  }
  return job.running
    ? undefined
    : refusal(
        403,
        'TaskOrchestrationPlanSecurityException',
        `The job ${jobId} of plan ${plan} is not running.`,
      );
}

function bodyRefusal(request: EmulatorRequest): EmulatorResponse | undefined {
  const text = request.body.toString();
  if (text === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return undefined;
  } catch {
    // Falls through to the refusal: the body is no JSON.
  }
  return refusal(400, 'VssPropertyValidationException', 'The request body is not a JSON object.');
}

function issue(request: EmulatorRequest, job: JobRecord, world: World): EmulatorResponse {
  const connectionId = request.query.get('serviceConnectionId');
  const connection = world.connections.get(normalised(connectionId ?? ''));
  if (connectionId !== null && (!connection || !job.connectionIds.has(connection.id))) {
    return noExplicitReference(connectionId);
  }
  const issued = connection
    ? issueConnectionToken(connection, world, request.distortion)
    : issuePipelineToken(world, request.distortion);
  return json(200, { oidcToken: issued.token }, devopsHeaders(), {
    tokenId: issued.tokenId,
    ...(connection ? { connectionId: connection.id } : {}),
  });
}

/** `…/oidctoken`: an ID token for a connection that the running job names, or a refusal. */
export function oidcToken(request: EmulatorRequest, world: World): EmulatorResponse {
  if (request.method !== 'POST') {
    const Message = `The requested resource does not support http method '${request.method}'.`;
    return json(405, { count: 1, value: { Message } }, { ...devopsHeaders(), Allow: 'POST' });
  }
  const job = jobOfToken(bearerOf(request) ?? '', world);
  if (!job) return unauthorized(request);
  if (!/^\d+\.\d+(-preview(\.\d+)?)?$/.test(apiVersion(request))) {
    return refusal(
      400,
      'VssVersionNotSpecifiedException',
      `No api-version was supplied for the "POST" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`,
    );
  }
  return misdirected(request, job, world) ?? bodyRefusal(request) ?? issue(request, job, world);
}

/** `OPTIONS …/_apis/distributedtask`: where `createOidcToken` of azure-devops-node-api finds its route. */
export function locations(request: EmulatorRequest): EmulatorResponse {
  if (request.method !== 'OPTIONS')
    return json(404, { message: 'Page not found.' }, devopsHeaders());
  const value = [
    {
      id: '69a319f4-28c1-4bfd-93e6-ea0ff5c6f1a2',
      area: 'distributedtask',
      resourceName: 'oidctoken',
      routeTemplate:
        '{scopeIdentifier}/_apis/{area}/hubs/{hubName}/plans/{planId}/jobs/{jobId}/{resource}',
      resourceVersion: 1,
      minVersion: '7.1',
      maxVersion: '7.2',
      releasedVersion: '0.0',
    },
  ];
  return json(200, { count: value.length, value }, devopsHeaders());
}
