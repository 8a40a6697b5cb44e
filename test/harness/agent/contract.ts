/** A service connection as the server hands it to a job. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
  /** `AzureRM`, for example; absent for the job's own, which no input can name. */
  readonly type?: string;
  readonly url: string;
  readonly authorization: {
    readonly scheme: string;
    readonly parameters: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

/** What the server says about one job; the emulator that knows the job makes it. */
export interface JobIdentity {
  readonly planId: string;
  readonly jobId: string;
  readonly timelineId: string;
  /** Which attempt at the job, its stage and its phase it is; the first, unless this says more. */
  readonly attempt?: number;
  /** Host type of the OIDC route: `build`, `release` or `deployment`. */
  readonly hub: string;
  readonly accessToken: string;
  /** Left out where the server does not send `System.OidcRequestUri`. */
  readonly oidcRequestUri?: string;
  readonly collectionUri: string;
  readonly collectionId?: string;
  readonly projectName: string;
  readonly projectId: string;
  readonly definitionId?: string;
  readonly definitionName?: string;
}

/** The kinds of job that an agent runs. */
export type Profile = 'build' | 'deployment' | 'release' | 'deployment-group' | 'container';

/** How a step or a job ended, in the words of the agent. */
export type TaskResult = 'Succeeded' | 'SucceededWithIssues' | 'Failed' | 'Canceled' | 'Skipped';

/** The part of a step: before the job, in it, or after it. */
export type Phase = 'pre' | 'main' | 'post';

/** A value that a test or a pipeline gives to a variable. */
export type VariableInput =
  string | { readonly value: string; readonly secret?: boolean; readonly readOnly?: boolean };

/** How long the agent waits, in milliseconds; the defaults are the agent's own. */
export interface Times {
  /** From SIGINT to SIGTERM: 7500. */
  readonly sigintMs: number;
  /** From SIGTERM to SIGKILL: 2500. */
  readonly sigtermMs: number;
  /** From the exit of a step to giving up on its open streams: 5000. */
  readonly streamsMs: number;
  /** The wait before retry n is n² of these: 1000. */
  readonly retryUnitMs: number;
  /** From cancelling a job to killing its worker: 300000. */
  readonly cancelGraceMs: number;
}

/** The node binaries under `externals/`; a Node24 handler runs on Node 20 unless `useNode24`. */
export interface NodeBinaries {
  readonly node20?: string;
  readonly node24?: string;
  readonly useNode24?: boolean;
}

/** What an agent is made of. */
export interface AgentOptions {
  /** The agent's root folder; `_work` is made inside. */
  readonly root: string;
  /** The package whose tasks are installed. */
  readonly vsix?: string;
  /** Folders with a `task.json` each: neighbours that are not in the package. */
  readonly taskFolders?: readonly string[];
  /** The worker's whole environment; nothing of the caller's own leaks in. */
  readonly environment: Readonly<Record<string, string>>;
  readonly version?: string;
  readonly node?: NodeBinaries;
  readonly times?: Partial<Times>;
  /**
   * The program that plays `docker`: containers that a pipeline names are then real. Without it a
   * container job is simulated (`container.ts`), and a step with another target is not known.
   */
  readonly containerEngine?: string;
  /** As on current macOS, the orphan hunt finds nothing. */
  readonly macOs?: boolean;
  /** The order before agent 5.277: variables overwrite inputs and endpoints. */
  readonly variablesLast?: boolean;
}

/** What a job is started with. */
export interface JobOptions {
  /** Path of a YAML file, YAML text, or the parsed pipeline. */
  readonly pipeline: string | object;
  /** The job to run where the pipeline has several; the first otherwise. */
  readonly jobName?: string;
  readonly profile?: Profile;
  readonly job: JobIdentity;
  readonly endpoints?: readonly Endpoint[];
  readonly variables?: Readonly<Record<string, VariableInput>>;
  /** The live log, masked. */
  readonly onLine?: (line: string) => void;
}

/** An error or a warning on a step's record; at most ten of each are kept. */
export interface Issue {
  readonly type: 'error' | 'warning';
  readonly message: string;
}

/** What became of one part of a step, in order of execution. */
export interface StepReport {
  readonly name: string;
  readonly displayName: string;
  readonly phase: Phase;
  readonly result: TaskResult;
  readonly lines: readonly string[];
  /** The same lines, and the commands among them, before masking. */
  readonly rawLines: readonly string[];
  readonly issues: readonly Issue[];
  readonly durationMs: number;
  /** When each of the lines came, in ms from the beginning of the step. */
  readonly linesAtMs: readonly number[];
  readonly attempts: number;
  /** Something kept the streams open after the step's process was gone. */
  readonly streamsHeldOpen: boolean;
  /** The node binary that ran a task; absent for scripts and skipped steps. */
  readonly node?: string;
}

/** A variable as it was when the job ended. */
export interface ReportedVariable {
  readonly value: string;
  readonly secret: boolean;
}

/** A process of the job. */
export interface ProcessSeen {
  readonly pid: number;
  readonly name: string;
  readonly arguments: readonly string[];
}

/** A TCP port that listens, with the process that owns it. */
export interface PortSeen {
  readonly address: string;
  readonly port: number;
  readonly pid: number | undefined;
}

/** A file that a step attached, with its text. */
export interface Attachment {
  readonly type: string;
  readonly name: string;
  readonly text: string;
  /** The step that attached it: an attachment hangs on its record. */
  readonly step?: string;
}

/** What the worker of a job reports when it ends. */
export interface JobEnd {
  readonly result: TaskResult;
  readonly variables: Readonly<Record<string, ReportedVariable>>;
  /** Output variables, `step.name`. */
  readonly outputs: Readonly<Record<string, ReportedVariable>>;
  readonly orphansKilled: readonly ProcessSeen[];
  /** Files in `_temp` just before it was wiped, relative to it, with mode and content. */
  readonly left: readonly FileLeft[];
  readonly summaries: readonly string[];
  readonly attachments: readonly Attachment[];
  /** What of the job was still alive before the orphan hunt. */
  readonly lingering: {
    readonly processes: readonly ProcessSeen[];
    readonly ports: readonly PortSeen[];
  };
}

/** Everything that can be said about a job that has ended. */
export interface JobReport extends Omit<JobEnd, 'result'> {
  /** `Abandoned` when the worker was killed: then only what was seen until then is here. */
  readonly result: TaskResult | 'Abandoned';
  readonly steps: readonly StepReport[];
  readonly log: string;
  readonly rawLog: string;
  readonly durationMs: number;
}

/** A file that a job left in its temp folder. */
export interface FileLeft {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  readonly content: string;
}

/** A job that runs. */
export interface JobRun {
  /** As the user's cancel button: the job ends, with its post-job steps. */
  cancel(): void;
  /** SIGKILL: no post-job step, no orphan hunt, no wipe. */
  killWorker(): void;
  readonly workerPid: number;
  readonly workFolder: string;
  /** Ids of the service connections that the job's tasks name: those it is authorised for. */
  readonly endpointIds: readonly string[];
  readonly finished: Promise<JobReport>;
}

/** An agent with its tasks installed. It runs one job at a time; make two to run two. */
export interface LocalAgent {
  readonly workFolder: string;
  startJob(options: JobOptions): JobRun;
}
