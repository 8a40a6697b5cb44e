import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** An input that a task declares. */
export interface TaskInput {
  readonly name: string;
  readonly type?: string;
  readonly aliases?: readonly string[];
  readonly defaultValue?: string | boolean | number;
}

/** What a section of a manifest runs; the target is relative to the task. */
export interface Handler {
  readonly target: string;
  readonly workingDirectory?: string;
}

/** The sections of a manifest that hold handlers. */
export type Section = 'prejobexecution' | 'execution' | 'postjobexecution';

/** What the agent reads in a task's `task.json`. */
export interface TaskDefinition {
  readonly id: string;
  readonly name: string;
  readonly friendlyName?: string;
  readonly description?: string;
  readonly author?: string;
  readonly helpMarkDown?: string;
  readonly version: {
    readonly Major: number | string;
    readonly Minor: number | string;
    readonly Patch: number | string;
  };
  readonly minimumAgentVersion?: string;
  readonly inputs?: readonly TaskInput[];
  readonly outputVariables?: readonly { readonly name: string }[];
  readonly restrictions?: {
    readonly commands?: { readonly mode?: string };
    readonly settableVariables?: { readonly allowed?: readonly string[] };
  };
  readonly prejobexecution?: Readonly<Record<string, Handler>>;
  readonly execution?: Readonly<Record<string, Handler>>;
  readonly postjobexecution?: Readonly<Record<string, Handler>>;
}

/** Reads a task's manifest from its folder. */
export function readTaskDefinition(folder: string): TaskDefinition {
  const text = readFileSync(join(folder, 'task.json'), 'utf8').replace(/^\uFEFF/, '');
  return JSON.parse(text) as TaskDefinition;
}

/** `1.2.3`. */
export function versionOf({ version }: TaskDefinition): string {
  return `${version.Major}.${version.Minor}.${version.Patch}`;
}

/** Handlers by rank; there is no `Node22`, and what an agent does not know it drops. */
const ranking = ['Node24', 'Node20_1', 'Node16', 'Node10', 'Node'] as const;

/** A handler that agents know. */
export type HandlerName = (typeof ranking)[number];

/** The handler that the agent picks in a section, or nothing where it knows none. */
export function pickHandler(
  definition: TaskDefinition,
  section: Section,
): { readonly name: HandlerName; readonly handler: Handler } | undefined {
  const handlers = definition[section] ?? {};
  for (const name of ranking) {
    const handler = handlers[name];
    if (handler !== undefined) return { name, handler };
  }
  return undefined;
}
