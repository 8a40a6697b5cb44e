import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type {
  AgentOptions,
  JobOptions,
  JobReport,
  JobRun,
  LocalAgent,
} from '../../harness/agent/contract.ts';
import { bundle } from '../../harness/agent/worker-program.ts';
import type { WindowsHost } from './host.ts';
import { files, type Play, type Started } from './orders.ts';
import { cached } from './wine.ts';

/** An agent that runs its jobs in Windows; its paths are those of this side. */
export function windowsAgent(host: WindowsHost, options: AgentOptions): LocalAgent {
  const workFolder = join(options.root, '_work');
  return {
    workFolder,
    startJob: (job) => startJob(host, translated(host, options), job, options.root),
  };
}

function translated(host: WindowsHost, options: AgentOptions): AgentOptions {
  const inside = (path: string): string => host.pathInside(path);
  const home = join(options.root, '..', 'home');
  const temp = join(home, 'AppData', 'Local', 'Temp');
  mkdirSync(temp, { recursive: true });
  const environment = Object.fromEntries(
    Object.entries(options.environment)
      .filter(([name]) => !['PATH', 'HOME', 'LANG'].includes(name))
      .map(([name, value]) => [name, value.startsWith('/') ? inside(value) : value]),
  );
  return {
    ...options,
    root: inside(options.root),
    ...(options.vsix === undefined ? {} : { vsix: inside(options.vsix) }),
    taskFolders: (options.taskFolders ?? []).map(inside),
    environment: {
      USERPROFILE: inside(home),
      APPDATA: inside(join(home, 'AppData', 'Roaming')),
      LOCALAPPDATA: inside(join(home, 'AppData', 'Local')),
      TEMP: inside(temp),
      TMP: inside(temp),
      ...environment,
    },
  };
}

function startJob(host: WindowsHost, agent: AgentOptions, job: JobOptions, root: string): JobRun {
  mkdirSync(root, { recursive: true });
  const folder = mkdtempSync(join(root, '..', 'play-'));
  const file = (name: string): string => join(folder, name);
  writeFileSync(file(files.play), JSON.stringify({ agent, job } satisfies Play));
  const child = start(host, folder);
  const order = (name: string) => (): void => writeFileSync(file(name), '');
  const started = (): Started =>
    existsSync(file(files.started))
      ? (JSON.parse(readFileSync(file(files.started), 'utf8')) as Started)
      : { workerPid: 0, endpointIds: [] };
  return {
    get workerPid() {
      return started().workerPid;
    },
    get endpointIds() {
      return started().endpointIds;
    },
    workFolder: join(root, '_work'),
    cancel: order(files.cancel),
    killWorker: order(files.killWorker),
    finished: reportOf(child, file),
  };
}

function start(host: WindowsHost, folder: string): ChildProcess {
  const inside = (path: string): string => host.pathInside(path);
  const { file, arguments: words, environment } = host.node(inside(agentProgram()), inside(folder));
  // Node for Windows takes a pipe of Linux for a broken file.
  const output = openSync(join(folder, 'output.txt'), 'w');
  try {
    return spawn(file, words, { env: environment, cwd: folder, stdio: ['ignore', output, output] });
  } finally {
    closeSync(output);
  }
}

async function reportOf(child: ChildProcess, file: (name: string) => string): Promise<JobReport> {
  await once(child, 'exit');
  if (existsSync(file(files.report))) {
    return JSON.parse(readFileSync(file(files.report), 'utf8')) as JobReport;
  }
  const said = [files.trouble, 'output.txt'].filter((name) => existsSync(file(name)));
  const texts = said.map((name) => readFileSync(file(name), 'utf8'));
  throw new Error(`The agent in Windows ended without a report.\n${texts.join('\n')}`);
}

let bundled: string | undefined;

/** The agent and its worker, each in one file: Wine is slow with many. */
function agentProgram(): string {
  bundled ??= makeBundle();
  return bundled;
}

function makeBundle(): string {
  const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  return bundle({
    entryPoints: {
      agent: source('agent-process.ts'),
      worker: source('../../harness/agent/worker.ts'),
    },
    outdir: cached('agent'),
  });
}
