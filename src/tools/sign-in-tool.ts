import type { Subscription } from '../access-token/subscriptions.ts';
import type { PipelineAgent, PresentVariable } from '../agent/pipeline-agent.ts';
import type { VariableChange } from '../agent/variable-change.ts';
import type { FederationError } from '../errors.ts';
import type { Job } from '../id-token/job.ts';
import type { Clock, Files, MachineFolders, SharedFolders, Tools } from '../ports.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { Session } from '../session/session.ts';
import type { Use } from '../wire/expectation.ts';
import type { TokenPlace } from '../wire/messages.ts';

/** What signing a tool in asks of the world. */
export interface ToolWorld {
  readonly agent: Pick<
    PipelineAgent,
    'debug' | 'environment' | 'isMicrosoftHosted' | 'mask' | 'remember' | 'say' | 'secrets' | 'warn'
  >;
  readonly tools: Tools;
  readonly files: Files;
  readonly folders: MachineFolders;
  /** For what the tools themselves write to as well. */
  readonly shared: SharedFolders;
  readonly clock: Clock;
}

/** What deciding on a sign-in asks of the machine. */
export interface ToolMachine {
  readonly tools: Tools;
  readonly folders: MachineFolders;
  readonly environment: PipelineAgent['environment'];
  /** The variables of the job, without their values. */
  readonly variables: readonly PresentVariable[];
}

/** How a tool is to be signed in. */
export type SignInPlan =
  /** We write its session, and it does not run. */
  | { readonly kind: 'written'; readonly version: string }
  /** It runs and signs itself in; and why, for the debug log. */
  | { readonly kind: 'started'; readonly why: string };

/** What forgetting a sign-in asks of the world: the agent is that of the post-job step. */
export interface ForgettingWorld {
  readonly agent: Pick<PipelineAgent, 'environment' | 'input' | 'jobVariables' | 'recall' | 'warn'>;
  readonly tools: Tools;
  readonly folders: MachineFolders;
}

/** As whom Azure CLI is signed in: as `AzureCLI@2` does it, or so that each process asks the broker. */
export type AzureCliSession = 'servicePrincipal' | 'managedIdentity';

/** Whom to sign in, and for which job. */
export interface ToolSignIn {
  readonly connection: ServiceConnection;
  readonly session: Session;
  readonly job: Pick<Job, 'jobId' | 'collectionUri'>;
  readonly azureCliSession: AzureCliSession;
  /** All that the identity sees; empty for Azure DevOps, and where no plan is to write a session. */
  readonly subscriptions: readonly Subscription[];
}

/** Whom to sign a tool in as, and whether the author wants it by name. */
export interface OneSignIn extends ToolSignIn {
  /** Not with `auto`, which signs in what is there. */
  readonly isNamed: boolean;
  readonly plan: SignInPlan;
}

/** What came of a sign-in. */
export type SignInOutcome =
  | {
      readonly isSignedIn: true;
      /** What later steps need for it. */
      readonly variables: readonly VariableChange[];
      /** Whether it would take the variable of a token file in place of its session. */
      readonly prefersTokenFile?: boolean;
    }
  /** The programs turned out not to be the tool. */
  | { readonly isSignedIn: false; readonly why: string };

/** A command-line tool that a step can sign in: one folder beside this file, one line in `all.ts`. */
export interface SignInTool {
  /** As authors write it in the input `tools`. */
  readonly name: string;
  /** As the log calls it. */
  readonly title: string;
  /** Why it is not there where no program is: what follows "because" or "but". */
  readonly noProgram: string;
  /** Whether `auto` means it too, for a connection; absent for a tool that it always means. */
  isAutomatic?(connection: ServiceConnection): boolean;
  /** Whether it needs nothing of what Azure SDKs read: named alone, it leaves the job's identity as it is. */
  readonly standsAlone?: boolean;
  /** Why this job cannot have it signed in, whatever is installed; undefined where it can. */
  refusal?(machine: ToolMachine): FederationError | undefined;
  /** Candidate programs, the preferred one first; empty where there is none. */
  find(tools: Tools): Promise<readonly string[]>;
  /** Decides how it is signed in, before anybody signs in; absent for a tool that always runs for that. */
  plan?(program: string, connection: ServiceConnection, machine: ToolMachine): Promise<SignInPlan>;
  /** Where the broker keeps the tool's tokens fresh, for the connection of a token file. */
  places?(
    tokenFile: string,
    connection: ServiceConnection,
    plan: SignInPlan,
  ): readonly TokenPlace[];
  /** What the tool asks the broker for in later steps; undefined where it has its tokens itself. */
  useOf?(azureCliSession: AzureCliSession): Use | undefined;
  /**
   * Signs the tool in for the later steps of the job.
   * @throws {FederationError} with the tool's exit code or Entra's number.
   */
  signIn(programs: readonly string[], whom: OneSignIn, world: ToolWorld): Promise<SignInOutcome>;
  /** The failure of a step that names the tool where it is not there. */
  missing(why: string): FederationError;
}

/** Removes what a sign-in left outside of the job's own folders; logs what it cannot remove. */
export type Forget = (world: ForgettingWorld) => Promise<void>;
