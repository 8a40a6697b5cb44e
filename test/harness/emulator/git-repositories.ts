import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { presentedBy } from './access-tokens.ts';
import { passwordOf } from './administration.ts';
import { jobOfToken } from './jobs.ts';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from './message.ts';
import { neverSignedIn } from './organization-users.ts';
import { azureDevOps } from './resources.ts';
import type { World } from './world.ts';

/** Azure Repos as a test sets it up. */
export interface Repositories {
  /** Makes an empty repository. */
  add(name: RepositoryName): void;
  /** Makes the identity of a connection a user of an organization. */
  admit(organization: string, user: { readonly clientId: string }): void;
}

/** Azure Repos: bare repositories, and who may use those of an organization. */
export interface GitHosting extends Repositories {
  /** Below it the repositories lie, as their addresses say. */
  readonly folder: string;
  /** Client IDs of the users of each organization. */
  readonly users: Map<string, Set<string>>;
  /** Files of Git LFS, by repository and ID. */
  readonly largeFiles: Map<string, Buffer>;
}

/** A repository in a project of an organization. */
export interface RepositoryName {
  readonly organization: string;
  readonly project: string;
  readonly name: string;
}

/** Users of the world's own organization are users of its repositories, and the other way round. */
export function createGitHosting(
  emulatorFolder: string,
  { organization, organizationUsers }: Pick<World, 'organization' | 'organizationUsers'>,
): GitHosting {
  const folder = join(emulatorFolder, 'repositories');
  const users = new Map([[organization.name, organizationUsers]]);
  return {
    folder,
    users,
    largeFiles: new Map(),
    add: ({ organization, project, name }) => {
      const path = join(folder, organization, project, name);
      mkdirSync(path, { recursive: true });
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', path]);
    },
    admit: (organization, { clientId }) => {
      users.set(organization, (users.get(organization) ?? new Set()).add(clientId));
    },
  };
}

const plainText = (
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
  error: string,
): EmulatorResponse => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...headers },
  body,
  remark: { error },
});

/** Who uses a repository, and the token that proves it. */
interface User {
  readonly name: string;
  readonly tokenId: string;
}

/**
 * A user of the organization, or the answer for somebody who is none. A job reads the repositories of
 * its own organization by its own token, which the agent sends as a bearer.
 */
function userOf(
  request: EmulatorRequest,
  organization: string,
  world: World,
): User | EmulatorResponse {
  const job = jobOfToken(bearerOf(request) ?? '', world);
  if (job?.running === true && organization === world.organization.name) {
    return { name: 'build service', tokenId: 'of the job' };
  }
  const presented = presentedBy(passwordOf(request), [azureDevOps], world.clouds[0], world);
  if ('flaw' in presented) {
    const challenge = { 'WWW-Authenticate': 'Basic realm="https://dev.azure.com/"' };
    return plainText(401, 'Access denied.', challenge, presented.flaw);
  }
  const { application, tokenId } = presented;
  if (world.git?.users.get(organization)?.has(application.clientId) === true) {
    return { name: application.name, tokenId };
  }
  return plainText(403, neverSignedIn(application, world), {}, 'no-user');
}

/** `/{organization}/{project}/_git/{repository}/…`, or the same at an organization's own host. */
export async function gitRepository(
  request: EmulatorRequest,
  world: World,
): Promise<EmulatorResponse> {
  const { git } = world;
  const { project = '', rest = '' } = request.params;
  // Git LFS puts the ending behind every name that lacks it.
  const repository = (request.params['repository'] ?? '').replace(/\.git$/, '');
  const organization = request.params['organization'] ?? request.host.replace(/\..*$/, '');
  const user = userOf(request, organization, world);
  if ('status' in user) return user;
  const path = `/${organization}/${project}/${repository}`;
  if (git === undefined || !existsSync(join(git.folder, path))) {
    const why = `TF401019: The Git repository with name or identifier ${repository} does not exist or you do not have permissions for the operation you are attempting.`;
    return plainText(404, why, {}, 'no-repository');
  }
  const answer = rest.startsWith('/info/lfs/')
    ? largeFile(request, path, git)
    : await httpBackend(request, `${path}${rest}`, user.name, git);
  return { ...answer, remark: { tokenId: user.tokenId } };
}

/** What a CGI program gets: https://git-scm.com/docs/git-http-backend. */
async function httpBackend(
  { method, target, headers, body }: EmulatorRequest,
  path: string,
  user: string,
  { folder }: GitHosting,
): Promise<EmulatorResponse> {
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROTOCOL: headers['git-protocol'] ?? '',
      REQUEST_METHOD: method,
      PATH_INFO: path,
      QUERY_STRING: target.split('?')[1] ?? '',
      CONTENT_TYPE: headers['content-type'] ?? '',
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
      REMOTE_USER: user,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => undefined);
  backend.stdin.end(body);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(backend, 'close');
  return readCgiAnswer(Buffer.concat(chunks));
}

function readCgiAnswer(output: Buffer): EmulatorResponse {
  const end = output.indexOf('\r\n\r\n');
  const lines = output.subarray(0, end).toString().split('\r\n');
  const { Status: status = '200', ...headers } = Object.fromEntries(
    lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
  return { status: Number.parseInt(status), headers, body: output.subarray(end + 4) };
}

interface LargeFile {
  readonly oid: string;
  readonly size: number;
}

/** Git LFS: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md. */
function largeFile(request: EmulatorRequest, path: string, git: GitHosting): EmulatorResponse {
  const { rest = '' } = request.params;
  const [, oid] = /^\/info\/lfs\/objects\/([0-9a-f]{64})$/.exec(rest) ?? [];
  const type = { 'Content-Type': 'application/vnd.git-lfs+json' };
  if (oid !== undefined) return largeFileContent(request, `${path} ${oid}`, oid, git);
  if (rest !== '/info/lfs/objects/batch') return json(404, { message: 'Not found.' }, type);
  const asked = JSON.parse(request.body.toString()) as {
    readonly operation: 'upload' | 'download';
    readonly objects: readonly LargeFile[];
  };
  const base = `https://${request.host}${request.path.replace(/batch$/, '')}`;
  const objects = asked.objects.map((object) => {
    const isThere = git.largeFiles.has(`${path} ${object.oid}`);
    if (asked.operation === 'upload' && isThere) return object;
    if (asked.operation === 'download' && !isThere) {
      return { ...object, error: { code: 404, message: 'Object does not exist' } };
    }
    return { ...object, actions: { [asked.operation]: { href: base + object.oid } } };
  });
  return json(200, { transfer: 'basic', objects }, type);
}

function largeFileContent(
  { method, body }: EmulatorRequest,
  key: string,
  oid: string,
  { largeFiles }: GitHosting,
): EmulatorResponse {
  const headers = { 'Content-Type': 'application/octet-stream' };
  if (method === 'GET') {
    const content = largeFiles.get(key);
    return { status: content === undefined ? 404 : 200, headers, body: content ?? '' };
  }
  if (createHash('sha256').update(body).digest('hex') !== oid) {
    return json(422, { message: 'The content is another one.' });
  }
  largeFiles.set(key, body);
  return { status: 200, headers, body: '' };
}

/** Any other host of repositories: it wants a password, and notes whether it got one. */
export function otherGitHost({ headers }: EmulatorRequest): EmulatorResponse {
  const challenge = { 'WWW-Authenticate': 'Basic realm="git"' };
  const error = headers['authorization'] === undefined ? 'no-credential' : 'credential';
  return plainText(401, 'Who are you?', challenge, error);
}
