import type { JobVariables } from '../id-token/job.ts';
import type { Environment, NetworkSettings } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { RawEndpoint } from '../service-connection/service-connection.ts';
import type { VariableChange } from './variable-change.ts';

/** A variable of the job, as far as it matters here. */
export interface PresentVariable {
  readonly name: string;
  readonly isEmpty: boolean;
  /**
   * A variable of the job that every script sees; a secret one, which a script sees where it maps
   * it; or what the agent itself, or this step alone, has in its environment.
   */
  readonly source: 'job' | 'secret' | 'environment';
}

/** The agent that runs a step: what it gives to a task, and what it takes from one. */
export interface PipelineAgent {
  /** Trimmed; empty where the author gave none. */
  readonly input: (name: string) => string;
  /** Undefined for a connection that the step does not name in an input of its own. */
  readonly endpoint: (id: string) => RawEndpoint | undefined;
  readonly jobVariables: JobVariables;
  readonly tempDirectory: string;
  readonly network: NetworkSettings;
  /** Whether the machine is Microsoft's own, where no other user can have prepared a folder. */
  readonly isMicrosoftHosted: boolean;
  readonly environment: Environment;
  /** The variables of the job and of this process, secret ones too, without their values. */
  readonly presentVariables: () => readonly PresentVariable[];
  /** The process that lives as long as the job; undefined where it cannot be seen. */
  readonly workerPid: number | undefined;

  /** The credentials that this step was given, and all that it has masked so far. */
  readonly secrets: () => readonly Secret[];
  /** Hides a value in every log from now on. */
  readonly mask: (value: Secret) => void;
  readonly setVariable: (change: VariableChange) => void;
  readonly setOutput: (name: string, value: string | Secret) => void;
  /** Keeps a value, which is no secret, for the post-job step of the same task. */
  readonly remember: (name: string, value: string) => void;
  /** Undefined for what was never kept, or kept empty. */
  readonly recall: (name: string) => string | undefined;
  readonly say: (line: string) => void;
  readonly warn: (line: string) => void;
  /** Logs a line that is shown with System.Debug only. */
  readonly debug: (line: string) => void;
  /** Logs a remedy in full, Markdown ready to paste; the same one only once. */
  readonly showGuide: (guide: string) => void;
  /** Attaches a Markdown text to the run. */
  readonly attachSummary: (name: string, markdown: string) => Promise<void>;
  /**
   * Attaches a text to the record of this step, for programs that look for its type.
   * @param name of the file, in characters that every system has in file names.
   */
  readonly attach: (type: string, name: string, text: string) => Promise<void>;
}
