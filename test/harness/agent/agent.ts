import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AgentOptions,
  Endpoint,
  JobOptions,
  JobRun,
  LocalAgent,
  Profile,
  Times,
} from './contract.ts';
import { systemConnection } from './endpoint-variables.ts';
import type { JobFolders, JobMessage, ToWorker } from './job-message.ts';
import { readPipeline } from './pipeline.ts';
import { ReportBuilder } from './report-builder.ts';
import { referencedEndpoints, resolveSteps } from './server.ts';
import { isRelease, messageVariables, serverUri } from './system-variables.ts';
import { installTasks, type InstalledTask } from './task-library.ts';
import { workerProgram } from './worker-program.ts';

/** The waits of a real agent, in milliseconds. */
export const realTimes: Times = {
  sigintMs: 7_500,
  sigtermMs: 2_500,
  streamsMs: 5_000,
  retryUnitMs: 1_000,
  cancelGraceMs: 300_000,
};

/**
 * An agent on this machine that treats tasks as Microsoft's does: environment, commands, masking,
 * processes, order and end of the steps, each in the way of the system it runs on. Of Docker, see
 * `container.ts`; of Windows, `windows-processes.ts` and `step-process.ts`.
 */
export function createAgent(options: AgentOptions): LocalAgent {
  mkdirSync(options.root, { recursive: true });
  const root = realpathSync(options.root);
  const work = join(root, '_work');
  const tasks = installTasks(join(work, '_tasks'), options.vsix, options.taskFolders ?? []);
  return {
    workFolder: work,
    startJob: (job) => {
      const message = jobMessage({ ...options, root }, tasks, job);
      return startWorker(message, options, job);
    },
  };
}

function jobMessage(
  options: AgentOptions,
  tasks: readonly InstalledTask[],
  jobOptions: JobOptions,
): JobMessage {
  const { profile = 'build', job, endpoints = [] } = jobOptions;
  const version = options.version ?? '4.275.0';
  const pipelineJob = readPipeline(jobOptions.pipeline, jobOptions.jobName);
  const folders = jobFolders(options.root, profile);
  const source = { profile, job, folders, version, pipelineJob };
  const variables = messageVariables(source, jobOptions.variables);
  return {
    profile,
    displayName: pipelineJob.displayName,
    version,
    folders,
    variables,
    endpoints: [...endpoints, ownConnection(profile, jobOptions)],
    steps: resolveSteps(pipelineJob.steps, { tasks, endpoints, variables, agentVersion: version }),
    node: options.node ?? {},
    times: { ...realTimes, ...options.times },
    containerEngine: options.containerEngine,
    container: pipelineJob.container,
    containers: pipelineJob.containers,
    macOs: options.macOs ?? false,
    variablesLast: options.variablesLast ?? false,
  };
}

function jobFolders(root: string, profile: Profile): JobFolders {
  const work = join(root, '_work');
  const pipeline = join(work, isRelease(profile) ? 'r1' : '1');
  const sources = join(pipeline, 's');
  const artifacts = join(pipeline, 'a');
  return {
    root,
    work,
    temp: join(work, '_temp'),
    tools: join(work, '_tool'),
    pipeline,
    sources,
    artifacts,
    binaries: join(pipeline, 'b'),
    working: isRelease(profile) ? artifacts : sources,
  };
}

function ownConnection(profile: Profile, { job }: JobOptions): Endpoint {
  return {
    id: '00000000-0000-0000-0000-000000000001',
    name: systemConnection,
    url: serverUri(profile, job.collectionUri),
    authorization: { scheme: 'OAuth', parameters: { AccessToken: job.accessToken } },
    data: { ServerId: job.collectionId ?? '', ServerName: 'azure-devops' },
  };
}

/** The worker in one file; an agent that is bundled itself has it beside it. */
function workerFile(): string {
  const isSource = import.meta.url.endsWith('.ts');
  return isSource ? workerProgram() : fileURLToPath(new URL('worker.mjs', import.meta.url));
}

/** Wine fails now and then to make a process; nothing of the job has begun by then. */
function atSecondTry<T>(start: () => T): T {
  try {
    return start();
  } catch {
    return start();
  }
}

function startWorker(message: JobMessage, options: AgentOptions, { onLine }: JobOptions): JobRun {
  const worker = atSecondTry(() =>
    spawn(process.execPath, [workerFile()], {
      cwd: message.folders.work,
      env: { ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    }),
  );
  const report = new ReportBuilder(worker, onLine);
  const send = (order: ToWorker): void => {
    if (worker.connected) worker.send(order);
  };
  const killWorker = (): void => void worker.kill('SIGKILL');
  send({ type: 'job', job: message });
  return {
    workerPid: worker.pid ?? 0,
    workFolder: message.folders.work,
    endpointIds: referencedEndpoints(message.steps),
    finished: report.finished,
    killWorker,
    cancel: () => {
      send({ type: 'cancel' });
      const timer = setTimeout(killWorker, message.times.cancelGraceMs);
      worker.once('exit', () => clearTimeout(timer));
    },
  };
}
