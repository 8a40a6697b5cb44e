import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pathInside } from './container.ts';
import type { JobFolders } from './job-message.ts';
import type { ContainerResource } from './pipeline.ts';
import type { StepProcess } from './step-process.ts';

/*
 * Real containers, as the agent makes them (agent: `ContainerOperationProvider`, `StepHost`): all of
 * them in a network of the job, with the agent's folders at `/__w`, `/__t` and `/__a`, and node from
 * there; a step goes in through `docker exec`, as the agent's user.
 */

const invoker = fileURLToPath(new URL('container-invoker.mjs', import.meta.url));
const nodeInside = '/__a/externals/node/bin/node';
const invokerInside = '/__a/externals/container-invoker.mjs';
const sleep = 'setInterval(function () {}, 24 * 60 * 60 * 1000);';

interface RunningContainer {
  readonly id: string;
  /** The home of the agent's user inside. */
  readonly home: string;
}

/** The containers of one job, from its first step to its last. */
export class JobContainers {
  readonly #engine: string;
  readonly #folders: JobFolders;
  readonly #network = `vsts_network_${randomBytes(16).toString('hex')}`;
  readonly #running = new Map<string, RunningContainer>();
  #hasNetwork = false;

  /** @param engine the program that plays `docker`. */
  constructor(engine: string, folders: JobFolders) {
    this.#engine = engine;
    this.#folders = folders;
  }

  /**
   * Starts all containers that the pipeline names.
   * @throws {Error} with the engine's own words.
   */
  start(resources: readonly ContainerResource[]): void {
    try {
      this.#startAll(resources);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #startAll(resources: readonly ContainerResource[]): void {
    this.#run('network', 'create', this.#network);
    this.#hasNetwork = true;
    for (const resource of resources) {
      const name = resource.name.toLowerCase();
      const id = this.#run('create', ...this.#createArguments(resource));
      this.#running.set(name, { id, home: '/' });
      this.#run('start', id);
      this.#running.set(name, { id, home: this.#homeIn(id) });
    }
  }

  /** The ID of a container that runs. */
  idOf(name: string): string | undefined {
    return this.#running.get(name.toLowerCase())?.id;
  }

  /**
   * The process that takes a step into a container.
   * @param prependPath folders that go before the container's own PATH.
   */
  enter(name: string, step: StepProcess, prependPath: readonly string[]): StepProcess {
    const container = this.#running.get(name.toLowerCase());
    if (container === undefined) throw new Error(`The job has no container ${name}.`);
    const inside = (value: string): string => pathInside(value, this.#folders);
    const environment = Object.fromEntries(
      Object.entries(step.environment).map(([variable, value]) => [variable, inside(value)]),
    );
    const isTask = step.file === process.execPath;
    const { id, home } = container;
    return {
      file: this.#engine,
      arguments: ['exec', '-i', '-u', user, '-w', home, id, nodeInside, invokerInside],
      environment: process.env as Record<string, string>,
      folder: this.#folders.work,
      input: JSON.stringify({
        file: isTask ? nodeInside : step.file,
        arguments: step.arguments.map(inside),
        environment,
        folder: inside(step.folder),
        prependPath: prependPath.map(inside),
      }),
    };
  }

  /** Ends all containers, and whatever still runs in them. */
  remove(): void {
    for (const { id } of this.#running.values()) this.#run('rm', '--force', id);
    this.#running.clear();
    if (this.#hasNetwork) this.#run('network', 'rm', this.#network);
    this.#hasNetwork = false;
  }

  #createArguments({ name, image, env, volumes }: ContainerResource): string[] {
    const { work, tools } = this.#folders;
    const mounts = [
      `${work}:/__w`,
      `${tools}:/__t`,
      `${process.execPath}:${nodeInside}:ro`,
      `${invoker}:${invokerInside}:ro`,
      ...volumes,
    ];
    return [
      ...['--name', `${name}_${randomBytes(3).toString('hex')}`, '--network', this.#network],
      ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      ...mounts.flatMap((mount) => ['--volume', mount]),
      ...[image, nodeInside, '-e', sleep],
    ];
  }

  /** The agent's user has the same number inside, and is made where the image does not know it. */
  #homeIn(id: string): string {
    const look = ['exec', id, 'getent', 'passwd', user];
    const found = spawnSync(this.#engine, look, { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.trim().split(':')[5] ?? '/';
    this.#run('exec', id, 'useradd', '-m', '-u', user, 'agent_azpcontainer');
    return '/home/agent_azpcontainer';
  }

  #run(...words: readonly string[]): string {
    const said = execFileSync(this.#engine, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return said.trim();
  }
}

const user = String(process.getuid?.() ?? 0);
