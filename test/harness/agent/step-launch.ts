import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Phase } from './contract.ts';
import type { JobMessage, JobStep, ScriptStep, TaskStep } from './job-message.ts';
import type { JobState } from './job-state.ts';
import { expandMacros } from './macros.ts';
import { shellOf } from './shell.ts';
import { scriptEnvironment, taskEnvironment, type EnvironmentParts } from './step-environment.ts';
import type { StepProcess } from './step-process.ts';
import { pickHandler, type HandlerName, type Section } from './task-definition.ts';
import { taskInputs, visibleEndpoints } from './task-inputs.ts';
import type { VariableStore } from './variable-store.ts';

const sections: Readonly<Record<Phase, Section>> = {
  pre: 'prejobexecution',
  main: 'execution',
  post: 'postjobexecution',
};

/** The process of a task's step: node with the handler's target, no shell between. */
export function taskProcess(
  job: JobState,
  step: TaskStep,
  phase: Phase,
  taskVariables: VariableStore,
): StepProcess {
  const picked = pickHandler(step.definition, sections[phase]);
  if (picked === undefined) {
    throw new Error('A supported task execution handler was not found. This step cannot run here.');
  }
  const inputs = taskInputs(step.definition, step.inputs, job.lookups, rootOfFiles(job.message));
  const endpoints = visibleEndpoints(step.definition, inputs, [...job.endpoints.values()]);
  const parts = environmentParts(job, step, taskVariables);
  return {
    file: nodeBinary(picked.name, job.message),
    arguments: [join(step.folder, picked.handler.target)],
    environment: taskEnvironment({ ...parts, inputs, endpoints }),
    folder: picked.handler.workingDirectory ?? job.message.folders.working,
  };
}

/**
 * The process of a script step. On a real agent a task of node's stands between worker and shell;
 * here the shell is started at once, with the environment that this task would leave it.
 */
export function scriptProcess(job: JobState, step: ScriptStep): StepProcess {
  const { folders } = job.message;
  const endpoints = visibleEndpoints(noInputs, {}, [...job.endpoints.values()]);
  const parts = environmentParts(job, step, undefined);
  const environment = scriptEnvironment({ ...parts, inputs: {}, endpoints });
  const shell = shellOf(step.shell);
  const file = join(folders.temp, `${randomUUID()}.${shell.extension}`);
  writeFileSync(file, shell.contents(expandMacros(step.script, ...job.lookups)));
  const folder = expandMacros(step.workingDirectory, ...job.lookups);
  return {
    file: job.containerOf(step) === undefined ? shell.find(environment) : step.shell,
    arguments: shell.arguments(file),
    verbatim: shell.verbatim,
    environment,
    folder: folder === '' ? folders.working : folder,
  };
}

const noInputs = {
  id: '',
  name: '',
  version: { Major: 0, Minor: 0, Patch: 0 },
};

function environmentParts(
  job: JobState,
  step: JobStep,
  taskVariables: VariableStore | undefined,
): Omit<EnvironmentParts, 'inputs' | 'endpoints'> {
  // A container has an environment of its own, and PATH is put together inside.
  const isContained = job.containerOf(step) !== undefined;
  return {
    inherited: isContained ? {} : (process.env as Record<string, string>),
    stepEnv: Object.fromEntries(
      Object.entries(step.env).map(([name, value]) => [name, expandMacros(value, ...job.lookups)]),
    ),
    variables: job.variables.all(),
    taskVariables: taskVariables?.all() ?? [],
    prependedPath: isContained ? [] : job.prependedPath,
    variablesLast: job.message.variablesLast,
    onWindows: process.platform === 'win32',
  };
}

/** File inputs are rooted at the sources of a build, at the artifacts of a release. */
function rootOfFiles({ profile, folders }: JobMessage): string {
  const isRelease = profile === 'release' || profile === 'deployment-group';
  return isRelease ? folders.artifacts : folders.sources;
}

/** A Node24 handler too runs on Node 20, unless the agent is told otherwise; one node does for all. */
function nodeBinary(handler: HandlerName, { node }: JobMessage): string {
  const wants24 = handler === 'Node24' && (node.useNode24 ?? false);
  const [first, second] = wants24 ? [node.node24, node.node20] : [node.node20, node.node24];
  return first ?? second ?? process.execPath;
}
