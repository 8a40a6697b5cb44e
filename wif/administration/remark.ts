/** What has to be done for a step: nothing, a step of ours before it, or another line. */
export type Verdict = 'nothing' | 'our step' | 'change' | 'unknown';

/** What was found at one place of a pipeline or of a script of its repository. */
export interface Remark {
  readonly file: string;
  readonly line: number;
  readonly job: string;
  readonly step: string;
  /** Name of the service connection of the step; empty where it has none. */
  readonly connection: string;
  readonly verdict: Verdict;
  readonly code: string;
  readonly what: string;
  readonly todo: string;
}

/** Where a remark belongs. */
export interface Place {
  readonly file: string;
  readonly job: string;
  readonly connection?: string;
}

/** A remark at a line of a place. */
export function remark(
  { file, job, connection = '' }: Place,
  line: number,
  step: string,
  verdict: Verdict,
  code: string,
  what: string,
  todo: string,
): Remark {
  return { file, line, job, step, connection, verdict, code, what, todo };
}
