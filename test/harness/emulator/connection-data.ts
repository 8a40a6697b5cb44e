import { presentedBy } from './access-tokens.ts';
import { devopsHeaders } from './azure-devops.ts';
import type { Cloud } from './clouds.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { devopsRefusal } from './service-endpoints.ts';
import type { World } from './world.ts';

/** Azure DevOps' own application, for which its access tokens are. */
export const devopsAudience = '499b84ac-1321-427f-aa17-267ca6975798';

/** Whom an organization with public projects takes anybody for. */
const publicAccess = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';

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
export const connectionData =
  (cloud: Cloud) =>
  (request: EmulatorRequest, world: World): EmulatorResponse => {
    const bearer = bearerOf(request);
    if (bearer === undefined) {
      const descriptor = `System:PublicAccess;${publicAccess}`;
      return told({ id: publicAccess, descriptor, providerDisplayName: 'Anonymous' }, world);
    }
    const presented = presentedBy(bearer, [devopsAudience], cloud, world);
    if ('flaw' in presented) {
      return devopsRefusal(
        401,
        'UnauthorizedRequestException',
        'TF400813: The user is not authorized to access this resource.',
      );
    }
    const { application } = presented;
    const { clientId, objectId, name } = application;
    if (!world.organizationUsers.has(clientId)) {
      const who = `${world.tenantId}\\${world.tenantId}\\${objectId}`;
      return devopsRefusal(
        401,
        'UnauthorizedRequestException',
        `TF401444: Please sign-in at least once as ${who} in a web browser to enable access to the service.`,
      );
    }
    const descriptor = `Microsoft.VisualStudio.Services.Claims.AadServicePrincipal;${world.tenantId}\\${objectId}`;
    return told({ id: objectId, descriptor, providerDisplayName: name, isActive: true }, world);
  };
