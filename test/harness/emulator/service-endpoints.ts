import { devopsRights, type Project, type Registration, type Rights } from './administration.ts';
import { devopsHeaders, notAuthorized, signInPage, signInRedirect } from './azure-devops.ts';
import { executionsIn } from './executions.ts';
import {
  bearerOf,
  json,
  normalised,
  type EmulatorRequest,
  type EmulatorResponse,
} from './message.ts';
import { convert } from './scheme-conversion.ts';
import type { World } from './world.ts';

/** A refusal in Azure DevOps' form. */
export const devopsRefusal = (status: number, typeKey: string, message: string): EmulatorResponse =>
  json(
    status,
    {
      $id: '1',
      innerException: null,
      message,
      typeName: `${typeKey}, Microsoft.VisualStudio.Services`,
      typeKey,
      errorCode: 0,
      eventId: 3000,
    },
    devopsHeaders(),
    { error: typeKey },
  );

type DevopsHandler = (request: EmulatorRequest, world: World, rights: Rights) => EmulatorResponse;

/** Demands a good token and a version. */
export const signedIn =
  (handler: DevopsHandler) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const rights = devopsRights(request, world);
    if (!rights) return unauthorized(request);
    const version = request.query.get('api-version') ?? '';
    if (!/^\d+\.\d+(-preview(\.\d+)?)?$/.test(version)) {
      return devopsRefusal(
        400,
        'VssVersionNotSpecifiedException',
        `No api-version was supplied for the "${request.method}" request.`,
      );
    }
    return handler(request, world, rights);
  };

function unauthorized(request: EmulatorRequest): EmulatorResponse {
  if (request.headers['x-tfs-fedauthredirect']?.toLowerCase() !== 'suppress') {
    return bearerOf(request) === undefined ? signInPage() : signInRedirect();
  }
  const answer = devopsRefusal(401, 'UnauthorizedRequestException', notAuthorized);
  return {
    ...answer,
    headers: {
      ...answer.headers,
      'WWW-Authenticate': 'Bearer, Basic realm="https://dev.azure.com/"',
    },
  };
}

/** A refusal for want of a permission. */
export const mayNot = (what: string): EmulatorResponse =>
  devopsRefusal(
    403,
    'AccessDeniedException',
    `Access denied. The identity needs ${what} permission(s) to perform the action.`,
  );

/** The projects that a caller can see. */
export const visible = (world: World, { projects }: Rights): readonly Project[] =>
  projects ?? world.administration.projects;

function projectOf(
  request: EmulatorRequest,
  world: World,
  rights: Rights,
): Project | EmulatorResponse {
  const wanted = normalised(request.params['project'] ?? '');
  return (
    visible(world, rights).find(({ id, name }) => id === wanted || normalised(name) === wanted) ??
    devopsRefusal(
      404,
      'ProjectDoesNotExistException',
      `VS800075: The project with id 'vstfs:///Classification/TeamProject/${wanted}' does not exist, or you do not have permission to access it.`,
    )
  );
}

/** A page of a list; more of it behind a token, as Azure DevOps pages. */
export function page(
  items: readonly unknown[],
  request: EmulatorRequest,
  { administration }: World,
): EmulatorResponse {
  const start = Number(request.query.get('continuationToken') ?? '0');
  const top = Number(request.query.get('$top') ?? '100');
  const end = start + Math.min(administration.pageSize, top);
  const value = items.slice(start, end);
  const more = end < items.length ? { 'X-MS-ContinuationToken': String(end) } : {};
  return json(200, { count: value.length, value }, { ...devopsHeaders(), ...more });
}

const projectView = ({ id, name }: Project): unknown => ({
  id,
  name,
  url: `https://dev.azure.com/contoso/_apis/projects/${id}`,
  state: 'wellFormed',
  revision: 7,
  visibility: 'private',
});

/** `GET _apis/projects`. */
export const projects = signedIn((request, world, rights) =>
  page(visible(world, rights).map(projectView), request, world),
);

/** `GET _apis/projects/{id or name}`. */
export const project = signedIn((request, world, rights) => {
  const found = projectOf(request, world, rights);
  return 'status' in found ? found : json(200, projectView(found), devopsHeaders());
});

/** A connection as REST tells it: whole, but for its secret. */
export function endpointView(registration: Registration, at: Project, world: World): unknown {
  settle(registration, world);
  const { id, projects: owners, description, isDisabled, revertUntil, operation } = registration;
  const connection = world.connections.get(id);
  const core = registration.foreign ?? connection?.endpoint;
  if (!core) return {};
  const { name = '' } = core as { readonly name?: string };
  const view = structuredClone(core) as unknown as Record<string, unknown>;
  hideSecret(view);
  if (revertUntil) {
    Object.assign(view['data'] as object, { revertSchemeDeadline: revertUntil.toISOString() });
  }
  return {
    ...view,
    // What an agent gets in one spelling, REST has in another.
    type: normalised(String(view['type'])),
    createdBy: { displayName: 'Ada', id: world.organization.id },
    description,
    isShared: owners.length > 1,
    isOutdated: false,
    isReady: operation === undefined,
    isDisabled,
    owner: 'Library',
    operationStatus: {
      state: operation?.state ?? 'Ready',
      statusMessage: operation?.statusMessage ?? '',
    },
    serviceEndpointProjectReferences: [
      ...owners.map((projectReference) => ({ projectReference, name, description })),
    ].filter(() => at.id !== ''),
  };
}

/** Ends what Azure DevOps was doing, once its time has come. */
function settle(registration: Registration, { administration }: World): void {
  const { operation } = registration;
  if (operation?.end === undefined) return;
  if (Date.now() - operation.startedAt.getTime() < administration.conversionMs) return;
  delete registration.operation;
  operation.end();
}

function hideSecret(view: Record<string, unknown>): void {
  const { parameters } = view['authorization'] as { parameters: Record<string, unknown> };
  for (const name of ['serviceprincipalkey', 'apitoken']) {
    if (name in parameters) parameters[name] = null;
  }
}

/** What a project owns or shares. */
export const registrationsIn = ({ id }: Project, world: World): readonly Registration[] =>
  [...world.administration.registrations.values()].filter(({ projects: owners }) =>
    owners.some((owner) => owner.id === id),
  );

function matches(view: unknown, query: URLSearchParams): boolean {
  const { type, name, authorization } = view as {
    readonly type: string;
    readonly name: string;
    readonly authorization: { readonly scheme: string };
  };
  const names = query.get('endpointNames')?.split(',');
  const schemes = query.get('authSchemes')?.split(',');
  const wanted = query.get('type');
  return (
    (wanted === null || normalised(wanted) === normalised(type)) &&
    (names?.includes(name) ?? true) &&
    (schemes?.includes(authorization.scheme) ?? true)
  );
}

/** `GET {project}/_apis/serviceendpoint/endpoints`, filtered and paged. */
export const endpoints = signedIn((request, world, rights) => {
  const found = projectOf(request, world, rights);
  if ('status' in found) return found;
  const views = registrationsIn(found, world)
    .map((registration) => endpointView(registration, found, world))
    .filter((view) => matches(view, request.query));
  return page(views, request, world);
});

/** `GET` and `PUT {project}/_apis/serviceendpoint/endpoints/{id}`. */
export const endpoint = signedIn((request, world, rights) => {
  const found = projectOf(request, world, rights);
  if ('status' in found) return found;
  const id = normalised(request.params['id'] ?? '');
  const registration = registrationsIn(found, world).find((one) => one.id === id);
  const remark = { connectionId: id };
  if (!registration) {
    // Terraform's provider, too, takes an endpoint without an ID for one that was deleted.
    return json(200, null, devopsHeaders(), remark);
  }
  if (request.method === 'GET') {
    return json(200, endpointView(registration, found, world), devopsHeaders(), remark);
  }
  if (request.method !== 'PUT') return devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
  if (rights.connections === 'read') return mayNot('Administer');
  const answer = convert(request, registration, found, world);
  return { ...answer, remark: { ...answer.remark, ...remark } };
});

/** `GET {project}/_apis/serviceendpoint/{id}/executionhistory`. */
export const history = signedIn((request, world, rights) => {
  const found = projectOf(request, world, rights);
  if ('status' in found) return found;
  const id = normalised(request.params['id'] ?? '');
  const { lastUsedOn, runs = [] } = world.administration.registrations.get(id) ?? {};
  const used = lastUsedOn
    ? [
        {
          endpointId: id,
          data: {
            id: 7,
            planType: 'Build',
            result: 'succeeded',
            finishTime: lastUsedOn.toISOString(),
          },
        },
      ]
    : [];
  const value = [...executionsIn(id, runs, Number(request.query.get('top') ?? '50')), ...used];
  return json(200, { count: value.length, value }, devopsHeaders());
});
