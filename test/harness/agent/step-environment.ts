import { mangle, overlay } from './environment-names.ts';
import type { Variable } from './variable-store.ts';

type Environment = Record<string, string>;

/** What goes into a step's environment, each part already expanded. */
export interface EnvironmentParts {
  /** What the process inherits: the worker's, or a container's own. */
  readonly inherited: Readonly<Environment>;
  readonly stepEnv: Readonly<Environment>;
  readonly variables: readonly Variable[];
  readonly inputs: Readonly<Environment>;
  readonly endpoints: Readonly<Environment>;
  readonly taskVariables: readonly Variable[];
  /** In the order of the commands; the last one comes first in PATH. */
  readonly prependedPath: readonly string[];
  /** The order before agent 5.277. */
  readonly variablesLast: boolean;
  /** As on Windows: names ignore case, and PATH is cut at semicolons. */
  readonly onWindows?: boolean;
}

/** The environment of a task's process (agent: `Handler`, `NodeHandler`); later parts win. */
export function taskEnvironment(parts: EnvironmentParts): Environment {
  const variables = variableEntries(parts.variables);
  const fixed = { ...inputEntries(parts.inputs), ...parts.endpoints };
  const environment = overlay(
    parts.onWindows ?? false,
    parts.inherited,
    trimmed(parts.stepEnv),
    ...(parts.variablesLast ? [fixed, variables] : [variables, fixed]),
    taskVariableEntries(parts.taskVariables),
    { TF_BUILD: 'True' },
  );
  rejectNul(environment);
  return withPrependedPath(environment, parts);
}

const hiddenFromScripts =
  /^(INPUT_|ENDPOINT_AUTH_|SECUREFILE_TICKET_|SECRET_|VSTS_TASKVARIABLE_|VSTS_(PUBLIC|SECRET)_VARIABLES$)/;

/** A script's environment: what is left of its task's once the task SDK has locked away the rest. */
export function scriptEnvironment(parts: EnvironmentParts): Environment {
  const entries = Object.entries(taskEnvironment(parts));
  return Object.fromEntries(entries.filter(([name]) => !hiddenFromScripts.test(name)));
}

function trimmed(environment: Readonly<Environment>): Environment {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name.trim(), value.trim()]),
  );
}

function variableEntries(variables: readonly Variable[]): Environment {
  const entries: Environment = {};
  const open = variables.filter(({ secret }) => !secret);
  const secret = variables.filter((variable) => variable.secret);
  for (const { name, value, preserveCase } of open) {
    entries[mangle(name, preserveCase)] = value;
    if (name.toLowerCase() === 'agent.jobstatus') entries[name] = value;
  }
  entries['VSTS_PUBLIC_VARIABLES'] = JSON.stringify(open.map(({ name }) => name));
  for (const { name, value, preserveCase } of secret) {
    entries[`SECRET_${mangle(name, preserveCase)}`] = value;
  }
  entries['VSTS_SECRET_VARIABLES'] = JSON.stringify(secret.map(({ name }) => name));
  return entries;
}

function inputEntries(inputs: Readonly<Environment>): Environment {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${mangle(name)}`, value]),
  );
}

function taskVariableEntries(variables: readonly Variable[]): Environment {
  return Object.fromEntries(
    variables.map(({ name, value, preserveCase }) => [
      `VSTS_TASKVARIABLE_${mangle(name, preserveCase)}`,
      value,
    ]),
  );
}

function withPrependedPath(
  environment: Readonly<Environment>,
  { prependedPath, onWindows = false }: EnvironmentParts,
): Environment {
  if (prependedPath.length === 0) return environment;
  const base = pathOf(environment, onWindows);
  const entries = [...prependedPath].reverse();
  const path = [...entries, ...(base === undefined ? [] : [base])].join(onWindows ? ';' : ':');
  return overlay(onWindows, environment, { PATH: path });
}

/** PATH, which Windows also spells `Path`. */
export function pathOf(environment: Readonly<Environment>, onWindows: boolean): string | undefined {
  const names = Object.keys(environment);
  const name = onWindows ? names.find((spelling) => spelling.toUpperCase() === 'PATH') : 'PATH';
  return name === undefined ? undefined : environment[name];
}

function rejectNul(environment: Readonly<Environment>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (value.includes('\0'))
      throw new Error(`Environment variable ${name} holds a NUL character.`);
  }
}
