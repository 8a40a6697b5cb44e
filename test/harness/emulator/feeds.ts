import { gzipSync, zipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { devopsIdentity } from './administration.ts';
import { devopsHeaders } from './azure-devops.ts';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import type { Handler } from './route.ts';
import { devopsRefusal } from './service-endpoints.ts';
import type { World } from './world.ts';

const feed = 'https://pkgs.dev.azure.com/contoso/_packaging/shop';
/** The one package of the feed, for each of its protocols. */
const version = '1.0.0';

/** The feed is for users of the organization, by a bearer or by a password with any name. */
const forUsers =
  (handler: (request: EmulatorRequest) => EmulatorResponse): Handler =>
  (request, world: World) => {
    const identity = devopsIdentity(request, world);
    if (identity === undefined) {
      const answer = devopsRefusal(401, 'UnauthorizedRequestException', 'Access denied.');
      const challenge = { 'WWW-Authenticate': 'Basic realm="https://pkgs.dev.azure.com/"' };
      return { ...answer, headers: { ...answer.headers, ...challenge } };
    }
    if (!world.organizationUsers.has(identity.clientId)) {
      const why = `User '${identity.objectId}' lacks permission to complete this action. You need to have 'ReadPackages'.`;
      return devopsRefusal(403, 'FeedNeedsPermissionsException', why);
    }
    return request.method === 'GET'
      ? handler(request)
      : devopsRefusal(405, 'MethodNotAllowed', 'Not supported.');
  };

const file = (type: string, body: Buffer | string): EmulatorResponse => ({
  status: 200,
  headers: { 'Content-Type': type, ...devopsHeaders() },
  body,
});

/** A tape archive of one file, as packages of npm are (POSIX.1-1988, ustar). */
function archiveOf(name: string, text: string): Buffer {
  const header = Buffer.alloc(512);
  const put = (value: string, at: number): number => header.write(value, at, 'latin1');
  put(name, 0);
  put('0000644\0', 100);
  put(`${text.length.toString(8).padStart(11, '0')}\0`, 124);
  put('00000000000\0', 136);
  put('        0', 148);
  put('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(text.length / 512) * 512);
  body.write(text);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

const npmPackage = Buffer.from(
  gzipSync(archiveOf('package/package.json', JSON.stringify({ name: 'greeting', version }))),
);

const npmMetadata = forUsers(() =>
  json(200, {
    name: 'greeting',
    'dist-tags': { latest: version },
    versions: {
      [version]: {
        name: 'greeting',
        version,
        dist: {
          tarball: `${feed}/npm/registry/greeting/-/greeting-${version}.tgz`,
          integrity: `sha512-${createHash('sha512').update(npmPackage).digest('base64')}`,
        },
      },
    },
  }),
);

const about = `greeting-${version}.dist-info`;
const wheel = Buffer.from(
  zipSync({
    'greeting.py': Buffer.from('print("hello")\n'),
    [`${about}/METADATA`]: Buffer.from(
      `Metadata-Version: 2.1\nName: greeting\nVersion: ${version}\n`,
    ),
    [`${about}/WHEEL`]: Buffer.from(
      'Wheel-Version: 1.0\nGenerator: emulator\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ),
    [`${about}/RECORD`]: Buffer.from(`greeting.py,,\n${about}/METADATA,,\n${about}/WHEEL,,\n`),
  }),
);
const wheelName = `greeting-${version}-py3-none-any.whl`;

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.contoso</groupId><artifactId>parent</artifactId><version>${version}</version>
  <packaging>pom</packaging>
</project>
`;

/** The paths of the feed `shop` of the organization, by protocol. */
export const feedPaths: readonly (readonly [RegExp, Handler])[] = (
  [
    ['npm/registry/greeting', npmMetadata],
    [
      'npm/registry/greeting/-/greeting-1\\.0\\.0\\.tgz',
      forUsers(() => file('application/octet-stream', npmPackage)),
    ],
    [
      'pypi/simple/greeting/',
      forUsers(() =>
        file('text/html', `<a href="${feed}/pypi/download/${wheelName}">${wheelName}</a>`),
      ),
    ],
    [
      `pypi/download/${wheelName.replaceAll('.', '\\.')}`,
      forUsers(() => file('application/octet-stream', wheel)),
    ],
    [
      'maven/v1/com/contoso/parent/1\\.0\\.0/parent-1\\.0\\.0\\.pom',
      forUsers(() => file('application/xml', pom)),
    ],
  ] as const
).map(([path, handler]) => [new RegExp(`^/contoso/_packaging/shop/${path}$`), handler]);
