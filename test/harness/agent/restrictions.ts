import { minimatch } from 'minimatch';

/** What a task's manifest or a step's `target` forbids. */
export interface Restriction {
  readonly commands?: 'restricted' | 'any';
  /** Patterns of variables that may be set; absent means all, empty none. */
  readonly settableVariables?: readonly string[];
}

const allowedCommands = new Set([
  'logdetail',
  'logissue',
  'issue',
  'complete',
  'setprogress',
  'setsecret',
  'setvariable',
  'debug',
  'settaskvariable',
  'prependpath',
]);

/** Whether every restriction lets a command of the `task` area run. */
export function mayRunCommand(event: string, restrictions: readonly Restriction[]): boolean {
  return (
    allowedCommands.has(event) || restrictions.every(({ commands }) => commands !== 'restricted')
  );
}

/** Whether every restriction lets a variable be set. */
export function maySetVariable(name: string, restrictions: readonly Restriction[]): boolean {
  return restrictions.every(
    ({ settableVariables }) =>
      settableVariables?.some((pattern) => minimatch(name, pattern, { nocase: true })) ?? true,
  );
}
