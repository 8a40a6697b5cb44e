import type { AgentOptions, JobOptions } from '../../harness/agent/contract.ts';

/** A job for the agent on the other side, as a file: no live log, since functions stay here. */
export interface Play {
  readonly agent: AgentOptions;
  readonly job: Omit<JobOptions, 'onLine'>;
}

/** The files by which the two sides talk, in a folder of each job. */
export const files = {
  play: 'play.json',
  /** That the job runs. */
  started: 'started.json',
  report: 'report.json',
  /** Why there is no report. */
  trouble: 'trouble.txt',
  cancel: 'cancel',
  killWorker: 'kill-worker',
} as const;

/** What is said when the job runs. */
export interface Started {
  readonly workerPid: number;
  readonly endpointIds: readonly string[];
}
