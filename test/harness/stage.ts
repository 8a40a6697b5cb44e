import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAgent } from './agent/agent.ts';
import type { AgentOptions, JobOptions, JobReport, JobRun, LocalAgent } from './agent/contract.ts';
import type { Emulator } from './emulator/emulator.ts';
import type { JournalEntry } from './emulator/journal.ts';
import type { ServiceConnection } from './emulator/service-connections.ts';
import { createLeakDetector, type Allowance, type Finding } from './leaks/leak-detector.ts';
import { packageIn } from './package-file.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

export interface StageOptions {
  readonly agent?: Partial<AgentOptions>;
  /** What a step adds to the environment of the agent. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes the folder of the stage; one in the system's temp folder otherwise. */
  readonly makeFolder?: () => string;
  /** Makes an agent of another system; one of this system otherwise. */
  readonly createAgent?: (options: AgentOptions) => LocalAgent;
  /** What is right in every play. */
  readonly allow?: readonly Allowance[];
}

export interface PlayOptions extends Omit<JobOptions, 'job' | 'endpoints'> {
  /** Those that the project has; a job may use those that its steps name. */
  readonly connections: readonly ServiceConnection[];
  /** Those that Azure DevOps holds to be named by the job; all of them, unless this says less. */
  readonly referenced?: readonly ServiceConnection[];
  /** A folder whose files are the job's sources; packages of this project are found from there. */
  readonly sources?: string;
  readonly jobTokenSeconds?: number;
  /** The ID that an earlier run of the job had too. */
  readonly jobId?: string;
  /** The attempt at the same job that this one follows, as when somebody runs failed jobs again. */
  readonly after?: Attempt;
  readonly allow?: readonly Allowance[];
  /** Runs while the job does. */
  readonly meanwhile?: (run: JobRun) => Promise<void> | void;
}

/** One of several attempts at a job. */
export interface Attempt {
  /** Of the run, which all its attempts share. */
  readonly planId: string;
  readonly timelineId: string;
  /** Counted from 1. */
  readonly number: number;
}

/** A job that was run, with what the emulator saw of it. */
export interface Play {
  readonly attempt: Attempt;
  readonly report: JobReport;
  readonly leaks: readonly Finding[];
  readonly journal: readonly JournalEntry[];
  /** The arguments of every process of the job that was seen. */
  readonly argumentsSeen: readonly (readonly string[])[];
}

/** An agent in a folder of its own, before an emulator: what a test or the demo plays jobs on. */
export class Stage {
  readonly folder: string;
  readonly #emulator: Emulator;
  readonly #options: StageOptions;

  constructor(emulator: Emulator, options: StageOptions = {}) {
    this.#emulator = emulator;
    this.#options = options;
    this.folder = options.makeFolder?.() ?? mkdtempSync(join(tmpdir(), 'stage-'));
  }

  async play(options: PlayOptions): Promise<Play> {
    const emulator = this.#emulator;
    const { connections, referenced = connections, jobTokenSeconds, jobId, after } = options;
    const agent = (this.#options.createAgent ?? createAgent)({
      root: join(this.folder, 'agent'),
      vsix: packageIn(),
      environment: this.environment,
      ...this.#options.agent,
    });
    const job = emulator.startJob({
      hub: hubs[options.profile ?? 'build'],
      connections: referenced,
      ...(jobTokenSeconds === undefined ? {} : { jobTokenSeconds }),
      ...(jobId === undefined ? {} : { jobId }),
      ...(after === undefined ? {} : { planId: after.planId }),
    });
    const { planId, timelineId } = job;
    const attempt = { planId, timelineId, number: (after?.number ?? 0) + 1 };
    if (options.sources !== undefined) layOut(options.sources, join(agent.workFolder, '1', 's'));
    const detector = createLeakDetector({
      credentials: () => emulator.issued,
      allow: [...(this.#options.allow ?? []), ...(options.allow ?? [])],
    });
    const mark = emulator.journal.mark();
    const run = agent.startJob({
      ...options,
      job: {
        ...job,
        attempt: attempt.number,
        accessToken: job.jobAccessToken,
        collectionUri: emulator.organization.collectionUri,
        collectionId: emulator.organization.id,
        projectName: emulator.organization.project.name,
        projectId: emulator.organization.project.id,
      },
      endpoints: connections.map(({ endpoint }) => endpoint),
    });
    detector.watch(run);
    await options.meanwhile?.(run);
    const report = await run.finished;
    job.complete();
    return {
      attempt,
      report,
      leaks: detector.findings(report),
      journal: emulator.journal.since(mark),
      argumentsSeen: detector.argumentsSeen,
    };
  }

  /** What the agent's worker has, and nothing of whoever plays: a network with a proxy. */
  get environment(): Record<string, string> {
    const home = join(this.folder, 'home');
    mkdirSync(home, { recursive: true });
    return {
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      HOME: home,
      LANG: 'C.UTF-8',
      // Terraform would ask its maker for newer versions, who is not on this network.
      CHECKPOINT_DISABLE: '1',
      ...this.#emulator.environment,
      ...this.#options.environment,
    };
  }

  /** Removes all files of the stage. */
  close(): void {
    // A process that was killed may still be at its last file.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const hubs = {
  build: 'build',
  deployment: 'build',
  container: 'build',
  release: 'release',
  'deployment-group': 'deployment',
} as const;

function layOut(sources: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  cpSync(join(repository, sources), folder, { recursive: true });
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'), 'junction');
}

/** Text of a file below the repository. */
export function repositoryFile(...path: readonly string[]): string {
  return readFileSync(join(repository, ...path), 'utf8');
}

/** Where a program is on the PATH of whoever plays; undefined where it is not. */
export function programOnPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((path) => path !== '');
  return [...folders, join(homedir(), 'bin')].find((folder) => {
    try {
      return readdirSync(folder).includes(name);
    } catch {
      return false;
    }
  });
}
