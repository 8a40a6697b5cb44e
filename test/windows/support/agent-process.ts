// The agent as a process of its own, on the side where the job runs: takes its orders from a folder,
// and leaves its report there.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createAgent } from '../../harness/agent/agent.ts';
import { files, type Play, type Started } from './orders.ts';

/** What a service of Windows has of its system. */
const ofTheSystem =
  /^(SystemRoot|SystemDrive|windir|ComSpec|PATHEXT|OS|PROCESSOR_\w+|NUMBER_OF_PROCESSORS|ProgramData|ProgramFiles|CommonProgramFiles|ALLUSERSPROFILE|USERNAME|COMPUTERNAME|PUBLIC)$/i;

const [folder = ''] = process.argv.slice(2);
const file = (name: string): string => join(folder, name);

function tell(name: string, text: string): void {
  writeFileSync(file(`${name}.draft`), text);
  renameSync(file(`${name}.draft`), file(name));
}

function workerEnvironment(given: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => ofTheSystem.test(name));
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    // As Windows spells it.
    Path: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    ...given,
  };
}

async function main(): Promise<void> {
  const { agent, job } = JSON.parse(readFileSync(file(files.play), 'utf8')) as Play;
  const run = createAgent({ ...agent, environment: workerEnvironment(agent.environment) }).startJob(
    job,
  );
  const { workerPid, endpointIds } = run;
  tell(files.started, JSON.stringify({ workerPid, endpointIds } satisfies Started));
  const listening = setInterval(() => {
    if (existsSync(file(files.killWorker))) run.killWorker();
    else if (existsSync(file(files.cancel))) run.cancel();
    else return;
    clearInterval(listening);
  }, 50);
  try {
    tell(files.report, JSON.stringify(await run.finished));
  } finally {
    clearInterval(listening);
  }
}

main().catch((error: unknown) => {
  tell(files.trouble, error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
