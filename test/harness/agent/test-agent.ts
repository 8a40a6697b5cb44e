import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAgent } from './agent.ts';
import type {
  AgentOptions,
  Endpoint,
  JobIdentity,
  JobOptions,
  JobReport,
  JobRun,
} from './contract.ts';
import { environmentOf, listProcesses } from './processes.ts';
import type { TaskDefinition } from './task-definition.ts';

/** Where the fixture tasks are. */
export const fixtures = fileURLToPath(new URL('fixtures', import.meta.url));

/** A job as the server would name it. */
export const identity: JobIdentity = {
  planId: '11111111-aaaa-4bbb-8ccc-000000000001',
  jobId: '22222222-aaaa-4bbb-8ccc-000000000002',
  timelineId: '33333333-aaaa-4bbb-8ccc-000000000003',
  hub: 'build',
  accessToken: 'job-token-0123456789abcdef',
  oidcRequestUri: 'https://localhost/contoso/oidctoken',
  collectionUri: 'https://localhost/contoso/',
  projectName: 'Fabrikam Fiber',
  projectId: '44444444-aaaa-4bbb-8ccc-000000000004',
};

/** A service connection for Azure. */
export const azure: Endpoint = {
  id: 'ABCDEF01-2345-4678-89ab-cdef01234567',
  name: 'azure connection',
  type: 'AzureRM',
  url: 'https://management.azure.com/',
  authorization: {
    scheme: 'WorkloadIdentityFederation',
    parameters: { tenantid: 'the-tenant-id', serviceprincipalid: 'the-client-id' },
  },
  data: { subscriptionId: 'the-subscription', environment: '$(cloud)' },
};

/** Another one, which no step names. */
export const other: Endpoint = {
  ...azure,
  id: 'abcdef01-0000-4678-89ab-cdef01234567',
  name: 'other',
};

/** What a probe recorded of itself. */
export interface ProbeRecord {
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
  readonly ppid: number;
  readonly cwd: string;
  readonly ended: boolean;
  readonly arguments: readonly string[];
}

/** An agent with the fixture tasks in a folder of its own, and its jobs. */
export class TestAgent {
  readonly root = mkdtempSync(join(tmpdir(), 'local-agent-'));
  readonly #options: Partial<AgentOptions>;
  readonly #taskFolders = [join(fixtures, 'probe'), join(fixtures, 'neighbour')];

  constructor(options: Partial<AgentOptions> = {}) {
    this.#options = options;
  }

  /** Adds a variant of the probe under another name. */
  addTask(name: string, changes: Partial<TaskDefinition>): void {
    const folder = join(this.root, 'variants', name);
    cpSync(join(fixtures, 'probe'), folder, { recursive: true });
    const path = join(folder, 'task.json');
    const definition = JSON.parse(readFileSync(path, 'utf8')) as TaskDefinition;
    writeFileSync(path, JSON.stringify({ ...definition, name, ...changes }));
    this.#taskFolders.push(folder);
  }

  start(pipeline: string | object, options: Partial<JobOptions> = {}): JobRun {
    const agent = createAgent({
      root: join(this.root, 'agent'),
      environment: { PATH: process.env['PATH'] ?? '', HOME: this.root, FROM_WORKER: 'worker' },
      times: { sigintMs: 200, sigtermMs: 200, streamsMs: 300, retryUnitMs: 10 },
      ...this.#options,
      taskFolders: this.#taskFolders,
    });
    return agent.startJob({ pipeline, job: identity, endpoints: [azure, other], ...options });
  }

  run(pipeline: string | object, options: Partial<JobOptions> = {}): Promise<JobReport> {
    return this.start(pipeline, options).finished;
  }

  /** A path outside the agent, whose folder exists. */
  path(name: string): string {
    const path = join(this.root, 'records', name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  }

  record(name: string): ProbeRecord {
    return JSON.parse(readFileSync(this.path(name), 'utf8')) as ProbeRecord;
  }

  /** The environment that a script step printed into a file with `env -0`. */
  environment(name: string): Record<string, string> {
    const entries = readFileSync(this.path(name), 'utf8').split('\0').filter(Boolean);
    return Object.fromEntries(
      entries.map((entry) => [
        entry.slice(0, entry.indexOf('=')),
        entry.slice(entry.indexOf('=') + 1),
      ]),
    );
  }

  /** Starts a job, and waits for a line of its log. */
  startUntil(
    pipeline: string | object,
    text: string,
    options: Partial<JobOptions> = {},
  ): Promise<JobRun> {
    return new Promise((resolve) => {
      const run = this.start(pipeline, {
        ...options,
        onLine: (line) => {
          if (line.includes(text)) resolve(run);
        },
      });
    });
  }

  /** Ends what this agent's jobs left on purpose, known by the folder in their environment. */
  dispose(): void {
    for (const { pid } of listProcesses()) {
      if (environmentOf(pid).some((entry) => entry.includes(this.root))) kill(pid);
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
