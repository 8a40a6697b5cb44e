import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Attachment, JobEnd, PortSeen, ProcessSeen } from './contract.ts';
import { JobContainers } from './job-containers.ts';
import { JobLog } from './job-log.ts';
import type { FromWorker, JobMessage } from './job-message.ts';
import { JobState, mergeResults } from './job-state.ts';
import { listeningPorts } from './listening-ports.ts';
import { OrphanHunt } from './orphan-hunt.ts';
import { SecretMasker } from './secret-masker.ts';
import { planSteps } from './step-plan.ts';
import { runStep } from './step-runner.ts';
import { emptyTemp, makeFolders, readLeft } from './temp-folder.ts';

/** A job, from its first line to the wiped temp folder. */
export class JobRunner {
  readonly #state: JobState;
  readonly #send: (message: FromWorker) => void;

  constructor(message: JobMessage, send: (message: FromWorker) => void) {
    const masker = new SecretMasker();
    this.#send = send;
    this.#state = new JobState(message, masker, new JobLog(masker, send));
  }

  cancel(): void {
    this.#state.cancel();
  }

  async run(): Promise<JobEnd> {
    const hunt = this.#initialise();
    await this.#runSteps();
    return this.#finalise(hunt);
  }

  #initialise(): OrphanHunt | undefined {
    const { message, log, variables } = this.#state;
    log.write('##[section]Starting: Initialize job');
    log.write(`Agent name: 'local-agent', version: '${message.version}'`);
    emptyTemp(message.folders.temp);
    makeFolders(message.folders);
    this.#startContainers();
    if (message.profile === 'release' || message.profile === 'deployment-group') {
      const open = variables.all().filter(({ secret }) => !secret);
      for (const { name, value } of open) log.write(`[${name}] --> [${value}]`);
    }
    const hunt = this.#trackOrphans();
    log.write('##[section]Finishing: Initialize job');
    return hunt;
  }

  #startContainers(): void {
    const state = this.#state;
    const { containerEngine, containers, container, folders } = state.message;
    if (containerEngine === undefined || containers.length === 0) return;
    state.containers = new JobContainers(containerEngine, folders);
    state.containers.start(containers);
    const id = state.containers.idOf(container);
    if (id !== undefined) state.variables.set('agent.containerid', id);
  }

  #trackOrphans(): OrphanHunt | undefined {
    const { log, variables } = this.#state;
    if (variables.get('process.clean')?.toLowerCase() === 'false') return undefined;
    const lookupId = `vsts_${randomUUID()}`;
    variables.set('VSTS_PROCESS_LOOKUP_ID', lookupId);
    log.write('Start tracking orphan processes.');
    return new OrphanHunt(lookupId);
  }

  async #runSteps(): Promise<void> {
    const state = this.#state;
    const parts = planSteps(state);
    for (const [index, part] of parts.entries()) {
      const end = await runStep(state, part, state.log.forStep(index));
      if (end.result === 'Failed' || end.result === 'SucceededWithIssues') {
        state.status = mergeResults(state.status, end.result);
      }
      this.#send({ type: 'step', step: index, end });
    }
  }

  #finalise(hunt: OrphanHunt | undefined): JobEnd {
    const state = this.#state;
    const { folders, macOs, profile } = state.message;
    state.log.write('##[section]Starting: Finalize Job');
    rmSync(join(folders.work, '.taskkey'), { force: true });
    const processes = hunt?.find() ?? [];
    const lingering = { processes, ports: portsOf(processes) };
    // A container takes its processes with it; some may still be on their way.
    const ended = profile === 'container' ? processes : [];
    ended.forEach(({ pid }) => kill(pid));
    state.containers?.remove();
    const orphansKilled = hunt === undefined || macOs ? [] : this.#killOrphans(hunt, ended);
    state.log.write('##[section]Finishing: Finalize Job');
    state.attachments.push(...uploaded(state.toUpload));
    const left = readLeft(folders.temp);
    emptyTemp(folders.temp);
    return {
      result: state.status,
      variables: Object.fromEntries(
        state.variables.all().map(({ name, value, secret }) => [name, { value, secret }]),
      ),
      outputs: Object.fromEntries(state.outputs),
      orphansKilled,
      left,
      summaries: state.summaries,
      attachments: state.attachments,
      lingering,
    };
  }

  #killOrphans(hunt: OrphanHunt, ended: readonly ProcessSeen[]): ProcessSeen[] {
    this.#state.log.write('Start cleaning up orphan processes.');
    const gone = new Set(ended.map(({ pid }) => pid));
    const orphans = hunt.find().filter(({ pid }) => !gone.has(pid));
    for (const { pid, name } of orphans) {
      this.#state.log.write(`Terminate orphan process: pid (${pid}) (${name})`);
      kill(pid);
    }
    return orphans;
  }
}

/** As the agent does, passes over what is no longer there. */
function uploaded(files: JobState['toUpload']): Attachment[] {
  return files.flatMap(({ path, ...attachment }) =>
    existsSync(path) ? [{ ...attachment, text: readFileSync(path, 'utf8') }] : [],
  );
}

function portsOf(processes: readonly ProcessSeen[]): PortSeen[] {
  if (processes.length === 0) return [];
  const pids = new Set(processes.map(({ pid }) => pid));
  return listeningPorts().filter(({ pid }) => pid !== undefined && pids.has(pid));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}
