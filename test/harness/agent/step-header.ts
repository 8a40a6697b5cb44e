import type { StepPart } from './step-runner.ts';
import { versionOf } from './task-definition.ts';

const rule = '='.repeat(78);

/** The lines that a pipeline's log shows before a step's own. */
export function stepHeader({ step, displayName }: StepPart): string[] {
  const start = `##[section]Starting: ${displayName}`;
  if (step.kind === 'script') return [start, rule, 'Task         : Command line', rule];
  const { definition } = step;
  return [
    start,
    rule,
    `Task         : ${definition.friendlyName ?? definition.name}`,
    `Description  : ${definition.description ?? ''}`,
    `Version      : ${versionOf(definition)}`,
    `Author       : ${definition.author ?? ''}`,
    `Help         : ${definition.helpMarkDown ?? ''}`,
    rule,
  ];
}
