import type { SampledProcess } from '../../harness/leaks/process-watch.ts';
import type { StageOptions } from '../../harness/stage.ts';
import { windowsHost, type WindowsHost } from './host.ts';
import { windowsAgent } from './windows-agent.ts';

/** A system that the flows are played on. */
export interface Platform {
  readonly name: string;
  readonly isWindows: boolean;
  /** Whether the agent finds what a job has left running, and ends it. */
  readonly huntsOrphans: boolean;
  readonly stage: StageOptions;
  /** The path by which this side knows a file that a step of the job has named. */
  pathOutside(path: string): string;
  /** The path by which a step of the job knows a file of this side. */
  pathInside(path: string): string;
  /** Ends what the system needs beside its agents. */
  close(): void;
}

const same = (path: string): string => path;

const posix = {
  isWindows: false,
  pathOutside: same,
  pathInside: same,
  close: () => undefined,
} as const;

const linux: Platform = { ...posix, name: 'Linux', huntsOrphans: true, stage: {} };

/** Current macOS shows nobody's environment, so that the agent's hunt finds nothing. */
const macOs: Platform = {
  ...posix,
  name: process.platform === 'darwin' ? 'macOS' : 'macOS mode',
  huntsOrphans: false,
  stage: { agent: { macOs: true } },
};

/** What the agent gives to a task alone. */
export const given = /^(ENDPOINT_AUTH_|SECRET_)/;

/** Whether a process is one of our tasks' steps, not their broker. */
export function isTask({ arguments: words }: SampledProcess): boolean {
  return /[\\/]_tasks[\\/].*[\\/](index|stop)\.mjs$/.test(words.at(-1) ?? '');
}

function windows(host: WindowsHost): Platform {
  return {
    name: host.name,
    isWindows: true,
    huntsOrphans: host.showsEnvironments,
    stage: {
      makeFolder: () => host.makeFolder(),
      createAgent: (options) => windowsAgent(host, options),
      allow: [
        {
          // What keeps others from a file of Windows is its ACL, which no mode shows.
          where: 'open file',
        },
        {
          // What the agent gives to a task; the detector does not see whose child it is.
          where: 'environment',
          place: given,
          process: isTask,
        },
        {
          // Wine's console of a task, which has the task's environment.
          where: 'environment',
          place: given,
          process: ({ arguments: words }) => words.join(' ').includes('conhost.exe --server'),
        },
      ],
    },
    pathOutside: (path) => host.pathOutside(path),
    pathInside: (path) => host.pathInside(path),
    close: () => host.close(),
  };
}

/** What can be played on this machine. */
export function platforms(): readonly Platform[] {
  if (process.platform === 'darwin') return [macOs];
  if (process.platform === 'win32') return [windows(windowsHost())];
  return [linux, windows(windowsHost()), macOs];
}
