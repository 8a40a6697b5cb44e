import { presentedBy } from './access-tokens.ts';
import { devopsHeaders } from './azure-devops.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { azureDevOps } from './resources.ts';
import { devopsRefusal } from './service-endpoints.ts';
import type { Application, World } from './world.ts';

/** Whom an organization with public projects takes anybody for. */
const publicAccess = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

type Handle = (request: EmulatorRequest, world: World) => EmulatorResponse;

const unauthorized = (message: string): EmulatorResponse =>
  devopsRefusal(401, 'UnauthorizedRequestException', message);

const notAuthorized = 'TF400813: The user is not authorized to access this resource.';

/** Demands an access token for Azure DevOps of an identity that is a user of the organization. */
const asUser =
  (cloud: Cloud, handle: (user: Application, world: World) => EmulatorResponse): Handle =>
  (request, world) => {
    const presented = presentedBy(bearerOf(request), [azureDevOps], cloud, world);
    if ('flaw' in presented) return unauthorized(notAuthorized);
    const { application } = presented;
    if (world.organizationUsers.has(application.clientId)) return handle(application, world);
    const who = `${world.tenantId}\\${world.tenantId}\\${application.objectId}`;
    return unauthorized(
      `TF401444: Please sign-in at least once as ${who} in a web browser to enable access to the service.`,
    );
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
export function connectionData(cloud: Cloud): Handle {
  const tellUser = asUser(cloud, ({ objectId: id, name }, world) => {
    const descriptor = `Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;${world.tenantId}\\${id}`;
    return told({ id, descriptor, providerDisplayName: name, isActive: true }, world);
  });
  return (request, world) => {
    if (bearerOf(request) !== undefined) return tellUser(request, world);
    const descriptor = `System:PublicAccess;${publicAccess}`;
    return told({ id: publicAccess, descriptor, providerDisplayName: 'Anonymous' }, world);
  };
}

const pipeline = { id: 7, name: 'deploy', folder: '\\', revision: 1 };

/** `GET {project}/_apis/pipelines`: the one that there is. */
export const pipelines = (cloud: Cloud): Handle =>
  asUser(cloud, () => json(200, { count: 1, value: [pipeline] }, devopsHeaders()));

/** `POST {project}/_apis/pipelines/{id}/runs`: a run that waits for an agent. */
export const pipelineRuns =
  (cloud: Cloud): Handle =>
  (request, world) => {
    if (request.method !== 'POST') {
      return devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
    }
    const run = { id: 43, name: '43', state: 'inProgress', pipeline };
    return asUser(cloud, () => json(200, run, devopsHeaders()))(request, world);
  };
