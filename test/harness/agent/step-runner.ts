import { setTimeout as wait } from 'node:timers/promises';
import { evaluateCondition } from './condition.ts';
import { canTranslatePaths, throughInvoker } from './container.ts';
import type { Issue, Phase, TaskResult } from './contract.ts';
import type { JobLog } from './job-log.ts';
import type { JobStep, StepEnd } from './job-message.ts';
import { type JobState, mergeResults } from './job-state.ts';
import { processLine } from './line-processor.ts';
import { referencedEndpoints } from './server.ts';
import { StepContext } from './step-context.ts';
import { stepHeader } from './step-header.ts';
import { scriptProcess, taskProcess } from './step-launch.ts';
import { runStepProcess, type StepProcess } from './step-process.ts';
import type { VariableStore } from './variable-store.ts';

/** One part of a step: a task may have one before and one after the job's main steps. */
export interface StepPart {
  readonly step: JobStep;
  readonly phase: Phase;
  readonly displayName: string;
  readonly condition: string;
  /** Shared by the parts of one step, unseen by all others. */
  readonly taskVariables: VariableStore;
}

/** How a step is stopped: by its time, or by the job. */
interface Stop {
  readonly controller: AbortController;
  reason: 'none' | 'timeout' | 'cancel';
}

interface Attempt {
  readonly result: TaskResult;
  readonly streamsHeldOpen: boolean;
  readonly node: string | undefined;
}

/** Runs one part of a step if its condition holds, with its time, its retries and the job's end. */
export async function runStep(job: JobState, part: StepPart, log: JobLog): Promise<StepEnd> {
  const startedAt = performance.now();
  const issues: Issue[] = [];
  prepareVariables(job, part);
  let attempts = 0;
  let last: Attempt = { result: 'Skipped', streamsHeldOpen: false, node: undefined };
  if (conditionHolds(job, part, log, issues)) {
    const stop: Stop = { controller: new AbortController(), reason: 'none' };
    const release = stopWhenDue(job, part, stop, log);
    for (const line of stepHeader(part)) log.write(line);
    do {
      attempts += 1;
      last = await attempt(job, part, stop, log, issues);
    } while (await retries(job, part, last, attempts, stop, log));
    release();
    last = { ...last, result: finalResult(part.step, last.result, stop, log, issues) };
    log.write(`##[section]Finishing: ${part.displayName}`);
  } else if (issues.length > 0) last = { ...last, result: 'Failed' };
  return {
    name: part.step.name,
    displayName: part.displayName,
    phase: part.phase,
    issues,
    durationMs: Math.round(performance.now() - startedAt),
    attempts,
    ...last,
  };
}

function prepareVariables(job: JobState, { step, displayName }: StepPart): void {
  job.variables.set('task.displayname', displayName);
  job.variables.set('system.taskDisplayName', displayName);
  job.variables.set('system.taskInstanceId', step.instanceId);
  job.variables.set('system.taskInstanceName', step.name);
  job.variables.expand();
}

function conditionHolds(job: JobState, part: StepPart, log: JobLog, issues: Issue[]): boolean {
  try {
    return evaluate(job, part);
  } catch (error) {
    new StepContext(job, part.step, log, part.taskVariables, issues).error(messageOf(error));
    return false;
  }
}

function evaluate(job: JobState, { condition, step }: StepPart): boolean {
  if (isKeptFromFork(job, step)) return false;
  const variable = (name: string): string | undefined => job.variables.get(name);
  return evaluateCondition(condition, { status: job.status, variable });
}

/**
 * In a build of a fork, a task that names a service connection is skipped (agent: `TaskRunner`): no
 * pipeline here makes its secrets available to forks.
 */
function isKeptFromFork(job: JobState, step: JobStep): boolean {
  const isFork = job.variables.get('system.pullRequest.isFork')?.toLowerCase() === 'true';
  return isFork && referencedEndpoints([step]).length > 0;
}

/** Cancelling a job looks at the running step's condition again, and stops it only if it fails. */
function stopWhenDue(job: JobState, part: StepPart, stop: Stop, log: JobLog): () => void {
  const end = (reason: 'timeout' | 'cancel'): void => {
    if (stop.reason !== 'none') return;
    stop.reason = reason;
    if (reason === 'cancel') {
      log.write('The Operation will be canceled. The next steps may not contain expected logs.');
    }
    stop.controller.abort();
  };
  const onCancel = (): void => {
    if (!evaluate(job, part)) end('cancel');
  };
  job.cancelled.addEventListener('abort', onCancel, { once: true });
  const { timeoutMs } = part.step;
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end('timeout'), timeoutMs);
  return () => {
    job.cancelled.removeEventListener('abort', onCancel);
    clearTimeout(timer);
  };
}

async function attempt(
  job: JobState,
  part: StepPart,
  stop: Stop,
  log: JobLog,
  issues: Issue[],
): Promise<Attempt> {
  const context = new StepContext(job, part.step, log, part.taskVariables, issues);
  let streamsHeldOpen = false;
  let node: string | undefined;
  try {
    const launched = launch(job, part);
    if (part.step.kind === 'task') node = launched.file;
    else log.write(`[command]${launched.file} ${launched.arguments.join(' ')}`);
    const end = await runStepProcess(contained(job, part.step, launched), {
      times: job.message.times,
      cancelled: stop.controller.signal,
      done: context.done,
      onLine: (line) => processLine(line, context),
    });
    ({ streamsHeldOpen } = end);
    if (end.exitCode !== 0 && stop.reason === 'none') failForExit(context, launched, end.exitCode);
  } catch (error) {
    context.error(messageOf(error));
    context.complete('Failed');
  }
  return { result: context.result, streamsHeldOpen, node };
}

function launch(job: JobState, { step, phase, taskVariables }: StepPart): StepProcess {
  return step.kind === 'task'
    ? taskProcess(job, step, phase, taskVariables)
    : scriptProcess(job, step);
}

function contained(job: JobState, step: JobStep, process: StepProcess): StepProcess {
  const container = job.containerOf(step);
  if (container !== undefined && job.containers !== undefined)
    return job.containers.enter(container, process, job.prependedPath.toReversed());
  const isReal = job.message.containerEngine !== undefined;
  if (job.message.profile !== 'container' || isReal || step.place === 'host') return process;
  return throughInvoker(process, job.message.folders, canTranslatePaths());
}

function failForExit(context: StepContext, { file }: StepProcess, code: number | undefined): void {
  const program = context.step.kind === 'task' ? `The process '${file}'` : 'Bash';
  context.error(
    code === undefined ? `${program} was killed.` : `${program} exited with code '${code}'.`,
  );
  context.complete('Failed');
}

async function retries(
  job: JobState,
  { step, phase }: StepPart,
  { result }: Attempt,
  attempts: number,
  stop: Stop,
  log: JobLog,
): Promise<boolean> {
  if (phase !== 'main' || result !== 'Failed' || attempts > step.retries) return false;
  if (stop.reason !== 'none') return false;
  const delayMs = attempts ** 2 * job.message.times.retryUnitMs;
  log.write(
    `##[warning]RetryHelper encountered task failure, will retry (attempt #: ${attempts} out of ${step.retries}) after ${delayMs} ms`,
  );
  await wait(delayMs);
  return true;
}

function finalResult(
  step: JobStep,
  result: TaskResult,
  stop: Stop,
  log: JobLog,
  issues: Issue[],
): TaskResult {
  if (stop.reason === 'cancel') return 'Canceled';
  if (stop.reason === 'timeout') {
    log.write('##[error]The task has timed out.');
    issues.push({ type: 'error', message: 'The task has timed out.' });
  }
  const judged = stop.reason === 'timeout' ? mergeResults(result, 'Failed') : result;
  return judged === 'Failed' && step.continueOnError ? 'SucceededWithIssues' : judged;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
