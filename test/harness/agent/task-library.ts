import { unzipSync } from 'fflate';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize, sep } from 'node:path';
import { readTaskDefinition, versionOf, type TaskDefinition } from './task-definition.ts';

/** A task on the agent's disk. */
export interface InstalledTask {
  readonly folder: string;
  readonly definition: TaskDefinition;
}

interface TaskSource {
  readonly definition: TaskDefinition;
  readonly copyTo: (folder: string) => void;
}

/** Unpacks the package's tasks, and the neighbours', into `_tasks/<Name>_<id>/<version>`. */
export function installTasks(
  tasksFolder: string,
  vsix: string | undefined,
  taskFolders: readonly string[],
): InstalledTask[] {
  const sources = [
    ...(vsix === undefined ? [] : tasksInPackage(vsix)),
    ...taskFolders.map(inFolder),
  ];
  return sources.map((source) => install(tasksFolder, source));
}

/** The newest task of a reference `Name@major`, by name or id; names ignore case. */
export function findTask(tasks: readonly InstalledTask[], reference: string): InstalledTask {
  const [name = '', major = ''] = reference.split('@');
  const found = tasks.findLast(
    ({ definition }) =>
      [definition.name, definition.id].some((own) => own.toLowerCase() === name.toLowerCase()) &&
      (major === '' || String(definition.version.Major) === major),
  );
  if (found === undefined) {
    throw new Error(`A task is missing. The pipeline references a task called '${reference}'.`);
  }
  return found;
}

function install(tasksFolder: string, { definition, copyTo }: TaskSource): InstalledTask {
  const name = `${definition.name}_${definition.id.toLowerCase()}`;
  const folder = join(tasksFolder, name, versionOf(definition));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyTo(folder);
  writeFileSync(`${folder}.completed`, '');
  return { folder, definition: readTaskDefinition(folder) };
}

function inFolder(folder: string): TaskSource {
  return {
    definition: readTaskDefinition(folder),
    copyTo: (target) => cpSync(folder, target, { recursive: true, dereference: true }),
  };
}

/** Tasks lie at the folder that a contribution names, or one level deeper, one a major version. */
function tasksInPackage(vsix: string): TaskSource[] {
  const files = unzipSync(readFileSync(vsix));
  const roots = contributedTasks(files);
  return Object.keys(files)
    .filter((path) => basename(path) === 'task.json')
    .map((path) => dirname(path))
    .filter((folder) => roots.some((root) => folder === root || dirname(folder) === root))
    .map((folder) => inPackage(files, folder));
}

function contributedTasks(files: Readonly<Record<string, Uint8Array>>): string[] {
  const manifest = files['extension.vsomanifest'];
  if (manifest === undefined) throw new Error('The package has no extension.vsomanifest.');
  const { contributions = [] } = JSON.parse(text(manifest)) as {
    contributions?: { type: string; properties?: { name?: string } }[];
  };
  return contributions
    .filter(({ type }) => type === 'ms.vss-distributed-task.task')
    .flatMap(({ properties }) => (properties?.name === undefined ? [] : [properties.name]));
}

function inPackage(files: Readonly<Record<string, Uint8Array>>, folder: string): TaskSource {
  const manifest = files[`${folder}/task.json`] ?? new Uint8Array();
  return {
    definition: JSON.parse(text(manifest).replace(/^\uFEFF/, '')) as TaskDefinition,
    copyTo: (target) => {
      for (const [path, content] of Object.entries(files)) {
        if (!path.startsWith(`${folder}/`) || path.endsWith('/')) continue;
        writeInside(target, decodeURIComponent(path.slice(folder.length + 1)), content);
      }
    },
  };
}

function writeInside(folder: string, path: string, content: Uint8Array): void {
  const target = join(folder, path);
  if (!normalize(target).startsWith(`${folder}${sep}`))
    throw new Error(`Path leaves the task: ${path}`);
  if (!existsSync(dirname(target))) mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
