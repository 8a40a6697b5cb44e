import type { Attachment, Endpoint, ReportedVariable, TaskResult } from './contract.ts';
import type { JobContainers } from './job-containers.ts';
import type { JobLog } from './job-log.ts';
import type { JobMessage, JobStep } from './job-message.ts';
import { expandMacros, lookupIn, type Lookup } from './macros.ts';
import { isMaskedParameter, type SecretMasker } from './secret-masker.ts';
import { VariableStore } from './variable-store.ts';

const severity = ['Succeeded', 'SucceededWithIssues', 'Failed', 'Canceled', 'Skipped'] as const;

/** The worse of two results; what is worse than a failure stays (agent: `TaskResultUtil`). */
export function mergeResults(current: TaskResult, coming: TaskResult): TaskResult {
  if (severity.indexOf(current) > severity.indexOf('Failed')) return current;
  return severity.indexOf(coming) >= severity.indexOf(current) ? coming : current;
}

/** What the steps of a job share. */
export class JobState {
  readonly message: JobMessage;
  readonly masker: SecretMasker;
  readonly variables: VariableStore;
  readonly log: JobLog;
  readonly endpoints: Map<string, Endpoint>;
  readonly prependedPath: string[] = [];
  readonly outputs = new Map<string, ReportedVariable>();
  readonly summaries: string[] = [];
  readonly attachments: Attachment[] = [];
  /** Files that are uploaded when the job ends. */
  readonly toUpload: (Omit<Attachment, 'text'> & { readonly path: string })[] = [];
  /** The real containers of the job, where there are any. */
  containers: JobContainers | undefined;
  readonly #cancelling = new AbortController();
  #status: TaskResult = 'Succeeded';

  constructor(message: JobMessage, masker: SecretMasker, log: JobLog) {
    this.message = message;
    this.masker = masker;
    this.log = log;
    this.variables = new VariableStore(masker);
    this.#storeVariables();
    this.endpoints = this.#readEndpoints();
  }

  get status(): TaskResult {
    return this.#status;
  }

  set status(status: TaskResult) {
    this.#status = status;
    this.variables.set('agent.jobstatus', status);
  }

  get cancelled(): AbortSignal {
    return this.#cancelling.signal;
  }

  cancel(): void {
    this.status = 'Canceled';
    this.#cancelling.abort();
  }

  /** The real container that a step runs in; undefined where it runs on the host. */
  containerOf({ place }: JobStep): string | undefined {
    const { message } = this;
    if (message.containerEngine === undefined || place === 'host') return undefined;
    const name = place === '' ? message.container : place;
    return name === '' ? undefined : name;
  }

  get debug(): boolean {
    return this.variables.get('system.debug')?.toLowerCase() === 'true';
  }

  /** Macros come from variables, then from the worker's environment. */
  get lookups(): readonly Lookup[] {
    const environment = process.env as Record<string, string>;
    return [(name) => this.variables.get(name), lookupIn(environment)];
  }

  #storeVariables(): void {
    for (const { name, value, secret, readOnly } of this.message.variables) {
      if (secret) this.masker.addJobSecret(value);
      this.variables.set(name, value, { secret, readOnly });
    }
    this.variables.expand();
  }

  /** The data of an endpoint may hold macros, expanded once, when the job starts. */
  #readEndpoints(): Map<string, Endpoint> {
    const endpoints = new Map<string, Endpoint>();
    for (const endpoint of this.message.endpoints) {
      for (const [name, value] of Object.entries(endpoint.authorization.parameters)) {
        if (isMaskedParameter(name)) this.masker.add(value);
      }
      const data = Object.fromEntries(
        Object.entries(endpoint.data).map(([name, value]) => [
          name,
          expandMacros(value, ...this.lookups),
        ]),
      );
      endpoints.set(endpoint.id.toLowerCase(), { ...endpoint, data });
    }
    return endpoints;
  }
}
