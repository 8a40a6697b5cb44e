import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JobFolders } from './job-message.ts';
import type { StepProcess } from './step-process.ts';

/*
 * A container job without a container (with one: `job-containers.ts`). Simulated: the translated paths (only where the process may
 * mount, in a mount namespace of each step), a parent that is not the worker and that goes away
 * with the step, signals that never reach the step, an end that takes all processes with it.
 * Not simulated: the image, its network and its process table; loopback is the host's.
 */

const invoker = fileURLToPath(new URL('container-invoker.mjs', import.meta.url));

const mountAndRun =
  'mount --bind "$1" /__w && mount --bind "$2" /__t && mount --bind "$3" /__a && exec "$4" "$5"';

/** The folders as a container sees them; the innermost host folder comes first. */
function mapping({ work, tools, root }: MappedFolders): readonly (readonly [string, string])[] {
  return [
    [tools, '/__t'],
    [work, '/__w'],
    [root, '/__a'],
  ];
}

type MappedFolders = Pick<JobFolders, 'work' | 'tools' | 'root'>;

/** Whether steps can really see `/__w` here: root, with the right to mount. */
export function canTranslatePaths(): boolean {
  translates ??= probeMounting();
  return translates;
}

let translates: boolean | undefined;

function probeMounting(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const probe = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']);
  if (probe.status !== 0) return false;
  for (const folder of ['/__w', '/__t', '/__a']) mkdirSync(folder, { recursive: true });
  return true;
}

/** A value that is a host path, as it is inside (agent: `TranslatePathForStepTarget`). */
export function pathInside(value: string, folders: MappedFolders): string {
  return swapPrefix(value, mapping(folders));
}

/** A host path, or a list of them with colons, as it is inside. */
function containerPath(value: string, folders: MappedFolders): string {
  return value
    .split(':')
    .map((part) => pathInside(part, folders))
    .join(':');
}

/** A path that a step named, as it is on the host; a host path stays. */
export function hostPath(path: string, folders: MappedFolders): string {
  return swapPrefix(
    path,
    mapping(folders).map(([host, inside]) => [inside, host]),
  );
}

/** The process that plays `docker exec` for a step's process. */
export function throughInvoker(
  step: StepProcess,
  folders: MappedFolders,
  translate: boolean,
): StepProcess {
  const inside = (value: string): string => (translate ? containerPath(value, folders) : value);
  const environment = Object.fromEntries(
    Object.entries(step.environment).map(([name, value]) => [name, inside(value)]),
  );
  const input = JSON.stringify({
    file: step.file,
    arguments: step.arguments.map(inside),
    environment,
    folder: inside(step.folder),
  });
  const bare = { environment: { PATH: step.environment['PATH'] ?? '' }, folder: '/', input };
  if (!translate) return { ...bare, file: process.execPath, arguments: [invoker] };
  const paths = [folders.work, folders.tools, folders.root, process.execPath, invoker];
  const shell = ['sh', '-c', mountAndRun, 'sh', ...paths];
  return { ...bare, file: 'unshare', arguments: ['--mount', '--propagation', 'private', ...shell] };
}

function swapPrefix(path: string, pairs: readonly (readonly [string, string])[]): string {
  for (const [from, to] of pairs) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}
