import { unzipSync } from 'fflate';
import { devopsIdentity, passwordOf } from './administration.ts';
import { devopsHeaders, notAuthorized } from './azure-devops.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import type { Handler } from './route.ts';
import { devopsRefusal } from './service-endpoints.ts';
import type { World } from './world.ts';

/** An extension as the marketplace keeps it. */
export interface PublishedExtension {
  readonly publisher: string;
  readonly name: string;
  readonly version: string;
  readonly updatedOn: Date;
}

/** Says that a version was checked: `ExtensionVersionFlags.Validated`. */
const validated = 1;

/** Where clients of the marketplace find its routes: they ask by these IDs. */
const locations = [
  ['a41192c8-9525-4b58-bc86-179fa549d80d', 'extensions', '_apis/{area}/{resource}/{extensionId}'],
  [
    'e11ea35a-16fe-4b80-ab11-c4cab88a0966',
    'extensions',
    '_apis/{area}/publishers/{publisherName}/{resource}/{extensionName}',
  ],
] as const;

/** Whether the caller may publish: a member of the publisher, or somebody's personal access token. */
function mayPublish(request: EmulatorRequest, world: World): boolean {
  const { personalTokens, publisherMembers } = world.administration;
  if (personalTokens.has(passwordOf(request) ?? '')) return true;
  const identity = devopsIdentity(request, world);
  return identity !== undefined && publisherMembers.has(identity.clientId);
}

const forMembers =
  (handler: (request: EmulatorRequest, world: World) => EmulatorResponse): Handler =>
  (request, world) =>
    mayPublish(request, world)
      ? handler(request, world)
      : devopsRefusal(401, 'UnauthorizedRequestException', notAuthorized);

const findRoutes: Handler = (request) => {
  if (request.method !== 'OPTIONS') return devopsRefusal(404, 'NotFound', 'Page not found.');
  const value = locations.map(([id, resourceName, routeTemplate]) => ({
    id,
    area: 'gallery',
    resourceName,
    routeTemplate,
    resourceVersion: 2,
    minVersion: '1.0',
    maxVersion: '7.2',
    releasedVersion: '0.0',
  }));
  return json(200, { count: value.length, value }, devopsHeaders());
};

/** `POST _apis/gallery/extensions`: a new extension; what it is stands in its package. */
const create = forMembers((request, world) => {
  const { extensions } = world.administration;
  const extension = packageOf(request);
  if (extension === undefined) return noPackage;
  const key = `${extension.publisher}.${extension.name}`;
  if (extensions.has(key)) {
    return devopsRefusal(409, 'ExtensionExistsException', `The extension ${key} already exists.`);
  }
  extensions.set(key, extension);
  return json(201, view(extension), devopsHeaders());
});

/** `GET` and `PUT _apis/gallery/publishers/{publisher}/extensions/{name}`. */
const one = forMembers((request, world) => {
  const { extensions } = world.administration;
  const { publisher = '', name = '' } = request.params;
  const key = `${publisher}.${name}`;
  const present = extensions.get(key);
  if (present === undefined) {
    const why = `The extension ${key} does not exist.`;
    return devopsRefusal(404, 'ExtensionDoesNotExistException', why);
  }
  if (request.method === 'GET') return json(200, view(present), devopsHeaders());
  const extension = packageOf(request);
  if (extension === undefined) return noPackage;
  if (extension.version === present.version) {
    const why = `The version number must increase from ${present.version}.`;
    return devopsRefusal(400, 'InvalidVersionException', why);
  }
  extensions.set(key, extension);
  return json(200, view(extension), devopsHeaders());
});

const noPackage = devopsRefusal(400, 'InvalidPackageException', 'The package is not valid.');

function packageOf({ body }: EmulatorRequest): PublishedExtension | undefined {
  try {
    const manifest = Buffer.from(unzipSync(body)['extension.vsixmanifest'] ?? []).toString();
    const [, identity = ''] = /<Identity ([^>]*)\/>/.exec(manifest) ?? [];
    const part = (name: string): string =>
      new RegExp(`\\b${name}="([^"]*)"`).exec(identity)?.[1] ?? '';
    const about = { publisher: part('Publisher'), name: part('Id'), version: part('Version') };
    if (Object.values(about).includes('')) return undefined;
    return { ...about, updatedOn: new Date() };
  } catch {
    return undefined;
  }
}

const view = ({ publisher, name, version, updatedOn }: PublishedExtension): unknown => ({
  extensionName: name,
  publisher: { publisherName: publisher },
  flags: 'validated',
  lastUpdated: updatedOn.toISOString(),
  versions: [{ version, flags: validated, lastUpdated: updatedOn.toISOString() }],
});

/** The paths of the marketplace. */
export const marketplacePaths: readonly (readonly [RegExp, Handler])[] = [
  [/^\/_apis\/gallery\/?$/i, findRoutes],
  [/^\/_apis\/gallery\/extensions$/i, create],
  [/^\/_apis\/gallery\/publishers\/(?<publisher>[^/]+)\/extensions\/(?<name>[^/]+)$/i, one],
];
