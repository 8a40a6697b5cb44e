import { devopsIdentity } from './administration.ts';
import { devopsHeaders, notAuthorized } from './azure-devops.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { neverSignedIn } from './organization-users.ts';
import { devopsRefusal } from './service-endpoints.ts';
import type { Application, World } from './world.ts';

/** Whom an organization with public projects takes anybody for. */
const publicAccess = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

const unauthorized = (message: string): EmulatorResponse =>
  devopsRefusal(401, 'UnauthorizedRequestException', message);

/** Demands an access token for Azure DevOps of an identity that is a user of the organization. */
const asUser =
  (handle: (user: Application, world: World) => EmulatorResponse): Handle =>
  (request, world) => {
    const identity = devopsIdentity(request, world);
    if (identity === undefined) return unauthorized(notAuthorized);
    if (world.organizationUsers.has(identity.clientId)) return handle(identity, world);
    return unauthorized(neverSignedIn(identity, world));
  };

const told = (authenticatedUser: unknown, { organization }: World): EmulatorResponse =>
  json(
    200,
    {
      authenticatedUser,
      authorizedUser: authenticatedUser,
      instanceId: organization.id,
      deploymentType: 'hosted',
      locationServiceData: { clientCacheFresh: false },
    },
    devopsHeaders(),
  );

/** `GET _apis/connectionData`: who the caller is, for users of the organization. */
export const connectionData: Handle = (request, world) => {
  if (bearerOf(request) !== undefined) return tellUser(request, world);
  const descriptor = `System:PublicAccess;${publicAccess}`;
  return told({ id: publicAccess, descriptor, providerDisplayName: 'Anonymous' }, world);
};

const tellUser = asUser(({ objectId: id, name }, world) => {
  const descriptor = `Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;${world.tenantId}\\${id}`;
  return told({ id, descriptor, providerDisplayName: name, isActive: true }, world);
});

const pipeline = { id: 7, name: 'deploy', folder: '\\', revision: 1 };

/** `GET {project}/_apis/pipelines`: the one that there is. */
export const pipelines = asUser(() => json(200, { count: 1, value: [pipeline] }, devopsHeaders()));

/** `POST {project}/_apis/pipelines/{id}/runs`: a run that waits for an agent. */
export const pipelineRuns: Handle = (request, world) =>
  request.method === 'POST'
    ? startRun(request, world)
    : devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');

const startRun = asUser(() =>
  json(200, { id: 43, name: '43', state: 'inProgress', pipeline }, devopsHeaders()),
);
