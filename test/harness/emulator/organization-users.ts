import { applicationObjectId, type AccessLevel, type Rights } from './administration.ts';
import { devopsHeaders } from './azure-devops.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { devopsRefusal, mayNot, page, signedIn } from './service-endpoints.ts';
import type { Application, World } from './world.ts';

/** The service principals that are users of the organization. */
const usersIn = (world: World): readonly Application[] =>
  [...world.organizationUsers].flatMap((clientId) => world.applications.get(clientId) ?? []);

/** Azure DevOps' names for a user: one of them is a GUID. */
const descriptorOf = ({ objectId }: Application): string =>
  `aadsp.${Buffer.from(objectId).toString('base64url')}`;
const storageKeyOf = applicationObjectId;

const principalView = (user: Application, { tenantId }: World): unknown => ({
  subjectKind: 'servicePrincipal',
  directoryAlias: user.objectId,
  applicationId: user.clientId,
  domain: tenantId,
  principalName: user.objectId,
  mailAddress: null,
  origin: 'aad',
  originId: user.objectId,
  displayName: user.name,
  url: `https://vssps.dev.azure.com/contoso/_apis/Graph/ServicePrincipals/${descriptorOf(user)}`,
  descriptor: descriptorOf(user),
});

type UsersHandler = (request: EmulatorRequest, world: World, rights: Rights) => EmulatorResponse;

/** These routes are previews, and say so to whoever asks for less. */
const preview = (
  handler: UsersHandler,
): ((request: EmulatorRequest, world: World) => EmulatorResponse) =>
  signedIn((request, world, rights) => {
    const version = request.query.get('api-version') ?? '';
    if (!version.includes('-preview')) {
      return devopsRefusal(
        400,
        'VssInvalidPreviewVersionException',
        `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${version}-preview"`,
      );
    }
    if (request.method !== 'GET') return devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
    return handler(request, world, rights);
  });

/** `GET vssps.dev.azure.com/{organization}/_apis/graph/serviceprincipals`, paged. */
export const principals = preview((request, world, { users }) =>
  users === 'none'
    ? mayNot('View instance-level information')
    : page(
        usersIn(world).map((user) => principalView(user, world)),
        request,
        world,
      ),
);

/** What Azure DevOps says to an identity that is no user of the organization. */
export function neverSignedIn({ objectId }: Application, { tenantId }: World): string {
  return `TF401444: Please sign-in at least once as ${tenantId}\\${tenantId}\\${objectId} in a web browser to enable access to the service.`;
}

/** `GET vssps.dev.azure.com/{organization}/_apis/graph/storagekeys/{descriptor}`. */
export const storageKey = preview((request, world, { users }) => {
  if (users === 'none') return mayNot('View instance-level information');
  const { descriptor = '' } = request.params;
  const user = usersIn(world).find((one) => descriptorOf(one) === descriptor);
  return user === undefined
    ? devopsRefusal(
        404,
        'StorageKeyNotFoundException',
        `VS403017: The storage key for descriptor ${descriptor} could not be found.`,
      )
    : json(200, { value: storageKeyOf(user) }, devopsHeaders());
});

const licenceNames = {
  express: 'Basic',
  advanced: 'Basic + Test Plans',
  stakeholder: 'Stakeholder',
  none: 'None',
} as const satisfies Readonly<Record<AccessLevel['licence'], string>>;

/** `GET vsaex.dev.azure.com/{organization}/_apis/serviceprincipalentitlements/{storage key}`. */
export const entitlement = preview((request, world, { users = 'entitlements' }) => {
  if (users !== 'entitlements') return mayNot('View user entitlements');
  const { id = '' } = request.params;
  const user = usersIn(world).find((one) => storageKeyOf(one) === id);
  if (user === undefined) {
    return devopsRefusal(404, 'MemberNotFoundException', `The member ${id} could not be found.`);
  }
  const { accessLevels } = world.administration;
  const { licence, status } = accessLevels.get(user.clientId) ?? usual;
  const accessLevel = {
    licensingSource: 'account',
    accountLicenseType: licence,
    msdnLicenseType: 'none',
    licenseDisplayName: licenceNames[licence],
    status,
    statusMessage: '',
    assignmentSource: 'unknown',
  };
  const view = { id, servicePrincipal: principalView(user, world), accessLevel };
  return json(200, view, devopsHeaders());
});

const usual: AccessLevel = { licence: 'express', status: 'active' };
