import { unzipSync } from 'fflate';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageIn } from '../harness/package-file.ts';

export const repository = join(import.meta.dirname, '..', '..');
export const taskNames = ['FederatedLogin', 'TerraformOidcEnv', 'TokenRefresher'] as const;
/** What an agent may have to download: of a task, and of the package without its pictures. In kB. */
export const maxDownload = { filesOfTask: 6, task: 220, extension: 640 } as const;

export type TaskName = (typeof taskNames)[number];

export interface PackedFile {
  readonly content: Buffer;
  readonly zippedSize: number;
}

export interface PackedExtension {
  readonly size: number;
  /** Every file of the package by its path; folders are left out. */
  readonly files: ReadonlyMap<string, PackedFile>;
}

export interface TaskInput {
  readonly name: string;
  readonly label: string;
  readonly aliases?: readonly string[];
  readonly type: string;
  readonly required?: boolean;
  readonly defaultValue?: string;
  readonly helpMarkDown?: string;
  readonly groupName?: string;
  readonly visibleRule?: string;
  readonly options?: Readonly<Record<string, string>>;
}

type Handlers = Readonly<Record<string, { readonly target: string }>>;

export interface TaskManifest {
  readonly id: string;
  readonly name: string;
  readonly friendlyName: string;
  readonly helpMarkDown: string;
  readonly helpUrl?: string;
  readonly minimumAgentVersion: string;
  readonly version: { readonly Major: number; readonly Minor: number; readonly Patch: number };
  readonly groups?: readonly { readonly name: string; readonly isExpanded: boolean }[];
  readonly inputs: readonly TaskInput[];
  readonly outputVariables: readonly { readonly name: string; readonly description: string }[];
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
  readonly execution: Handlers;
  readonly postjobexecution: Handlers;
}

export interface ExtensionManifest {
  readonly id: string;
  readonly publisher: string;
  readonly version: string;
  readonly description: string;
  readonly scopes: readonly string[];
  readonly contributions: readonly {
    readonly id: string;
    readonly type: string;
    readonly properties: {
      readonly name: string;
      readonly uri?: string;
      readonly supportsTasks?: readonly string[];
    };
  }[];
}

/** Opens the one package in a folder: by default, what `npm run package` left in `dist/`. */
export function openPackage(folder?: string): PackedExtension {
  const packed = readFileSync(packageIn(folder));
  const zippedSizes = new Map<string, number>();
  const contents = unzipSync(packed, {
    filter: ({ name: path, size }) => {
      zippedSizes.set(path, size);
      return !path.endsWith('/');
    },
  });
  const files = Object.entries(contents).map(([path, content]): [string, PackedFile] => [
    path,
    { content: Buffer.from(content), zippedSize: zippedSizes.get(path) ?? 0 },
  ]);
  return { size: packed.length, files: new Map(files) };
}

export function fileOf({ files }: PackedExtension, path: string): PackedFile {
  const file = files.get(path);
  assert.ok(file, `the package has no ${path}`);
  return file;
}

export function textOf(extension: PackedExtension, path: string): string {
  return fileOf(extension, path).content.toString('utf8');
}

export function taskManifest(extension: PackedExtension, task: TaskName): TaskManifest {
  return JSON.parse(textOf(extension, `${task}/task.json`)) as TaskManifest;
}

/** The manifest as it is staged for packing; the package itself holds two translations of it. */
export function stagedManifest(): ExtensionManifest {
  return readJson('build/extension/vss-extension.json') as ExtensionManifest;
}

/** The contributions of the tasks among all that an extension has. */
export function taskContributions({
  contributions,
}: ExtensionManifest): ExtensionManifest['contributions'] {
  return contributions.filter(({ type }) => type === 'ms.vss-distributed-task.task');
}

export function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), 'utf8'));
}
