import type { JobStep } from './job-message.ts';
import type { JobState } from './job-state.ts';
import type { StepPart } from './step-runner.ts';
import { VariableStore } from './variable-store.ts';

/**
 * The parts of all steps in order: those before the job, the main ones, and those after it in
 * reverse, one for each instance of a task that has any, whatever becomes of its main part.
 */
export function planSteps(state: JobState): StepPart[] {
  const pre: StepPart[] = [];
  const main: StepPart[] = [];
  const post: StepPart[] = [];
  for (const step of state.message.steps) {
    const taskVariables = new VariableStore(state.masker);
    const common = { step, taskVariables };
    const displayName = step.displayName;
    main.push({ ...common, phase: 'main', displayName, condition: step.condition });
    if (has(step, 'prejobexecution')) {
      const name = `Pre-job: ${displayName}`;
      pre.push({ ...common, phase: 'pre', displayName: name, condition: 'succeeded()' });
    }
    if (has(step, 'postjobexecution')) {
      const name = `Post-job: ${displayName}`;
      post.unshift({ ...common, phase: 'post', displayName: name, condition: 'always()' });
    }
  }
  return [...pre, ...main, ...post];
}

function has(step: JobStep, section: 'prejobexecution' | 'postjobexecution'): boolean {
  return step.kind === 'task' && step.definition[section] !== undefined;
}
