import type {
  Endpoint,
  Issue,
  JobEnd,
  NodeBinaries,
  Phase,
  Profile,
  TaskResult,
  Times,
} from './contract.ts';
import type { ContainerResource } from './pipeline.ts';
import type { Restriction } from './restrictions.ts';
import type { TaskDefinition } from './task-definition.ts';

/** A variable as the server sends it. */
export interface MessageVariable {
  readonly name: string;
  readonly value: string;
  readonly secret: boolean;
  readonly readOnly: boolean;
}

interface StepCommon {
  readonly instanceId: string;
  readonly name: string;
  readonly displayName: string;
  readonly env: Readonly<Record<string, string>>;
  readonly condition: string;
  readonly continueOnError: boolean;
  readonly timeoutMs: number | undefined;
  readonly retries: number;
  readonly target: Restriction;
  /** Where the step is to run, as its `target` says: a container, `host`, or empty for the job's own. */
  readonly place: string;
}

/** A step that runs a task; its inputs are under their declared names. */
export interface TaskStep extends StepCommon {
  readonly kind: 'task';
  readonly folder: string;
  readonly definition: TaskDefinition;
  readonly inputs: Readonly<Record<string, string>>;
}

/** A step that runs a script. */
export interface ScriptStep extends StepCommon {
  readonly kind: 'script';
  readonly shell: 'bash' | 'sh' | 'pwsh' | 'powershell' | 'cmd';
  readonly script: string;
  readonly workingDirectory: string;
}

/** A step of the job. */
export type JobStep = TaskStep | ScriptStep;

/** The folders of a job, absolute. */
export interface JobFolders {
  readonly root: string;
  readonly work: string;
  readonly temp: string;
  readonly tools: string;
  readonly pipeline: string;
  readonly sources: string;
  readonly artifacts: string;
  readonly binaries: string;
  /** `System.DefaultWorkingDirectory`. */
  readonly working: string;
}

/** Everything a worker is told about its job. */
export interface JobMessage {
  readonly profile: Profile;
  readonly displayName: string;
  readonly version: string;
  readonly folders: JobFolders;
  readonly variables: readonly MessageVariable[];
  readonly endpoints: readonly Endpoint[];
  readonly steps: readonly JobStep[];
  readonly node: NodeBinaries;
  readonly times: Times;
  /** The program that plays `docker`; where there is none, nothing runs in a real container. */
  readonly containerEngine: string | undefined;
  /** The container of the job; empty for a job on the host. */
  readonly container: string;
  readonly containers: readonly ContainerResource[];
  readonly macOs: boolean;
  readonly variablesLast: boolean;
}

/** From the agent to its worker. */
export type ToWorker =
  { readonly type: 'job'; readonly job: JobMessage } | { readonly type: 'cancel' };

/** What a worker reports of a step. */
export interface StepEnd {
  readonly name: string;
  readonly displayName: string;
  readonly phase: Phase;
  readonly result: TaskResult;
  readonly issues: readonly Issue[];
  readonly durationMs: number;
  readonly attempts: number;
  readonly streamsHeldOpen: boolean;
  readonly node: string | undefined;
}

/** From a worker to its agent, in the order of events. */
export type FromWorker =
  | {
      readonly type: 'line';
      /** Index of the step in order of execution; absent for the agent's own lines. */
      readonly step: number | undefined;
      readonly raw: string;
      /** Absent where the line was a command, which no log shows. */
      readonly masked: string | undefined;
    }
  | { readonly type: 'step'; readonly step: number; readonly end: StepEnd }
  | { readonly type: 'finished'; readonly end: JobEnd };
