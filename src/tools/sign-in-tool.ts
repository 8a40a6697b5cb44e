import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import type { VariableChange } from '../agent/variable-change.ts';
import type { FederationError } from '../errors.ts';
import type { Files, Tools } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { Session } from '../session/session.ts';
import type { TokenPlace } from '../wire/messages.ts';

/** What signing a tool in asks of the world. */
export interface ToolWorld {
  readonly agent: Pick<PipelineAgent, 'environment' | 'say' | 'warn' | 'remember'>;
  readonly tools: Tools;
  readonly files: Files;
}

/** The agent of the post-job step. */
export type ForgettingAgent = Pick<PipelineAgent, 'input' | 'jobVariables' | 'recall' | 'warn'>;

/** As whom Azure CLI is signed in: as `AzureCLI@2` does it, or so that each process asks the broker. */
export type AzureCliSession = 'servicePrincipal' | 'managedIdentity';

/** Whom to sign in, and for which job. */
export interface ToolSignIn {
  readonly connection: ServiceConnection;
  readonly session: Session;
  readonly jobId: string;
  readonly azureCliSession: AzureCliSession;
}

/** Why a tool that the author named cannot be signed in. */
export type Absence = 'no program' | 'no module';

/** A command-line tool that a step can sign in: one folder beside this file, one line in `all.ts`. */
export interface SignInTool {
  /** As authors write it in the input `tools`. */
  readonly name: string;
  /** As the log calls it. */
  readonly title: string;
  /** The programs that may be it, the preferred one first; empty where there is none. */
  find(tools: Tools): Promise<readonly string[]>;
  /** Where the broker keeps the tool's tokens fresh, for the connection of a token file. */
  places?(tokenFile: string): readonly TokenPlace[];
  /**
   * Signs the tool in for the later steps of the job.
   * @returns what those steps need; undefined where the programs turn out not to be the tool.
   * @throws {FederationError} with the tool's exit code or Entra's number.
   */
  signIn(
    programs: readonly string[],
    whom: ToolSignIn,
    world: ToolWorld,
  ): Promise<readonly VariableChange[] | undefined>;
  /** The failure of a step that names the tool where it is not there. */
  missing(absence: Absence): FederationError;
}

/** Removes what a sign-in left outside of the job's own folders; logs what it cannot remove. */
export type Forget = (agent: ForgettingAgent, tools: Tools) => Promise<void>;
