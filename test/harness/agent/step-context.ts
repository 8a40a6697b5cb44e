import type { Issue, TaskResult } from './contract.ts';
import type { JobLog } from './job-log.ts';
import type { JobStep } from './job-message.ts';
import { mergeResults, type JobState } from './job-state.ts';
import type { Restriction } from './restrictions.ts';
import type { VariableStore } from './variable-store.ts';

const issuesKept = 10;

/** One attempt at a step: what its commands may change. */
export class StepContext {
  readonly job: JobState;
  readonly step: JobStep;
  readonly log: JobLog;
  readonly taskVariables: VariableStore;
  readonly issues: Issue[];
  readonly #done = new AbortController();
  #result: TaskResult | undefined;

  constructor(
    job: JobState,
    step: JobStep,
    log: JobLog,
    taskVariables: VariableStore,
    issues: Issue[],
  ) {
    this.job = job;
    this.step = step;
    this.log = log;
    this.taskVariables = taskVariables;
    this.issues = issues;
  }

  get result(): TaskResult {
    return this.#result ?? 'Succeeded';
  }

  /** Set by `task.complete done=true`. */
  get done(): AbortSignal {
    return this.#done.signal;
  }

  get restrictions(): readonly Restriction[] {
    const { step } = this;
    return step.kind === 'task' ? [manifestRestriction(step), step.target] : [step.target];
  }

  complete(result: TaskResult): void {
    this.#result = this.#result === undefined ? result : mergeResults(this.#result, result);
  }

  markDone(): void {
    this.#done.abort();
  }

  error(message: string): void {
    this.#issue('error', message);
  }

  warning(message: string): void {
    this.#issue('warning', message);
  }

  debug(message: string): void {
    if (this.job.debug) this.log.write(`##[debug]${message}`);
  }

  /** All issues go to the log; the step's record keeps ten of a kind. */
  #issue(type: Issue['type'], message: string): void {
    this.log.write(`##[${type}]${message}`);
    if (this.issues.filter((issue) => issue.type === type).length >= issuesKept) return;
    this.issues.push({ type, message: this.job.masker.mask(message) });
  }
}

function manifestRestriction({ definition }: Extract<JobStep, { kind: 'task' }>): Restriction {
  const { commands, settableVariables } = definition.restrictions ?? {};
  return {
    ...(commands?.mode === 'restricted' && { commands: 'restricted' as const }),
    ...(settableVariables?.allowed && { settableVariables: settableVariables.allowed }),
  };
}
