import type { Suite } from 'mocha';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fault } from '../../harness/emulator/emulator.ts';
import type { ServiceConnectionOptions } from '../../harness/emulator/service-connections.ts';
import type { Lifetimes } from '../../harness/emulator/world.ts';
import type { Play } from '../../harness/stage.ts';

/** Where each host is in a network without a proxy. */
export const addresses = {
  'dev.azure.com': '127.0.0.2',
  'login.microsoftonline.com': '127.0.0.3',
  'management.azure.com': '127.0.0.4',
} as const;

export type DirectHost = keyof typeof addresses;

/** A job to play there, in values that go from one process to another. */
export interface DirectJob {
  readonly connection: ServiceConnectionOptions & { readonly name: string };
  /** In YAML. */
  readonly steps: string;
  readonly lifetimes?: Partial<Lifetimes>;
  readonly fault?: Omit<Fault, 'when'>;
  /** No step gets its first line out before somebody has dialled Azure DevOps. */
  readonly isSlowToSpeak?: boolean;
}

/** A connection that was made to a host. */
export interface Dial {
  readonly host: DirectHost;
  readonly at: Date;
}

/** A job that was played, with the connections that were made meanwhile. */
export interface DirectPlay {
  readonly play: Play;
  readonly dials: readonly Dial[];
  /** Connections that are still open although the job is over. */
  readonly leftOpen: number;
}

/** What the process in there says. */
export type Word = 'ready' | DirectPlay | { readonly trouble: string };

const prepare = 'ip link set lo up && mount --bind "$1" /etc/hosts && shift && exec "$@"';
const jobs = fileURLToPath(new URL('direct-jobs.ts', import.meta.url));

/** Namespaces of the network and of mounts; for an ordinary user in one of users. */
function unsharing(hostsFile: string, ...command: readonly string[]): string[] {
  const isRoot = process.getuid?.() === 0;
  const namespaces = ['--net', '--mount', ...(isRoot ? [] : ['--user', '--map-root-user'])];
  return [...namespaces, 'sh', '-c', prepare, 'sh', hostsFile, ...command];
}

/** A suite that needs a network of its own; says loudly that it is left out where there is none. */
export function describeDirect(title: string, body: (this: Suite) => void): void {
  const probe = spawnSync('unshare', unsharing('/etc/hosts', 'true'), { encoding: 'utf8' });
  if (probe.status === 0) {
    describe(title, body);
    return;
  }
  const why = probe.error?.message ?? probe.stderr.trim();
  console.error(
    `\n  !! No network of its own can be made here (${why}): "${title}" is NOT run. It needs Linux with unshare, ip and mount, as root or with user namespaces.\n`,
  );
}

/**
 * A network without a proxy, as hosted agents have it, and an emulator that answers there under
 * Azure's real names; in a process of its own, since one cannot move to another network.
 */
export class DirectNetwork {
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  #lastWord: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, child: ChildProcess) {
    this.#folder = folder;
    this.#child = child;
    this.#ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The process in the other network has ended with ${String(code)}.`);
    });
    this.#ended.catch(() => undefined);
  }

  static async open(): Promise<DirectNetwork> {
    const folder = mkdtempSync(join(tmpdir(), 'direct-'));
    const hosts = Object.entries({ localhost: '127.0.0.1', ...addresses });
    const hostsFile = join(folder, 'hosts');
    writeFileSync(hostsFile, hosts.map(([name, address]) => `${address} ${name}\n`).join(''));
    const command = [process.execPath, '--import', 'tsx', jobs, folder];
    const child = spawn('unshare', unsharing(hostsFile, ...command), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Dates stay dates.
      serialization: 'advanced',
    });
    const network = new DirectNetwork(folder, child);
    await network.#word();
    return network;
  }

  /** Plays a job when the one before has ended, even if nobody waits for that any more. */
  async play(job: DirectJob): Promise<DirectPlay> {
    await this.#lastWord.catch(() => undefined);
    this.#child.send(job);
    const word = await this.#word();
    if (typeof word === 'object' && 'play' in word) return word;
    throw new Error(typeof word === 'string' ? word : word.trouble);
  }

  async close(): Promise<void> {
    const gone = this.#ended.catch(() => undefined);
    if (this.#child.connected) this.#child.disconnect();
    await gone;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #word(): Promise<Word> {
    const said = once(this.#child, 'message').then(([word]) => word as Word);
    const word = Promise.race([said, this.#ended]);
    this.#lastWord = word;
    return word;
  }
}
