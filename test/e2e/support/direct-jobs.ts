// Runs in a network of its own (direct-network.ts): plays the jobs that it is told to.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmulator, type Emulator } from '../../harness/emulator/emulator.ts';
import { openTunnel } from '../../harness/emulator/through-proxy.ts';
import { Stage } from '../../harness/stage.ts';
import {
  addresses,
  type Dial,
  type DirectHost,
  type DirectJob,
  type DirectPlay,
  type Word,
} from './direct-network.ts';

const slowToSpeak = fileURLToPath(new URL('../stand-ins/slow-to-speak.cjs', import.meta.url));

/** What a system may take to tell the other end that a process is gone, in ms. */
const farewellMs = 5_000;

const usual = { idTokenSeconds: 600, accessTokenSeconds: 3600 };

/** The hosts at their own addresses; what comes there goes on through the emulator's own door. */
class Doors {
  readonly #emulator: Emulator;
  readonly #servers: Server[] = [];
  readonly #open = new Set<Socket>();
  #dials: Dial[] = [];
  #dialled: (host: DirectHost) => void = () => undefined;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  async open(host: DirectHost): Promise<void> {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (client) => {
      this.#dials.push({ host, at: new Date() });
      this.#dialled(host);
      this.#forward(client, host);
    });
    this.#servers.push(server);
    server.listen(443, addresses[host]);
    await once(server, 'listening');
  }

  /** Begins to note anew. */
  watch(dialled: (host: DirectHost) => void): void {
    this.#dials = [];
    this.#dialled = dialled;
  }

  get dials(): readonly Dial[] {
    return this.#dials;
  }

  /** How many connections are still open when those who made them had time to go. */
  async leftOpen(): Promise<number> {
    const giveUpAt = Date.now() + farewellMs;
    while (this.#open.size > 0 && Date.now() < giveUpAt) await pause(20);
    return this.#open.size;
  }

  close(): void {
    for (const server of this.#servers) server.close();
    for (const socket of this.#open) socket.destroy();
  }

  #forward(client: Socket, host: DirectHost): void {
    this.#open.add(client);
    client.on('close', () => this.#open.delete(client));
    // A client that breaks off is no event.
    client.on('error', () => client.destroy());
    openTunnel(this.#emulator, `${host}:443`).then(
      (tunnel) => {
        tunnel.on('error', () => client.destroy());
        tunnel.on('close', () => client.destroy());
        client.on('close', () => tunnel.destroy());
        client.pipe(tunnel).pipe(client);
        if (client.destroyed) tunnel.destroy();
      },
      () => client.destroy(),
    );
  }
}

/** The emulator to whoever needs no proxy to reach it. */
function withoutProxy(emulator: Emulator): Emulator {
  const environment = Object.entries(emulator.environment).filter(
    ([name]) => !name.endsWith('_PROXY'),
  );
  return { ...emulator, environment: Object.fromEntries(environment) };
}

async function play(job: DirectJob, emulator: Emulator, doors: Doors): Promise<DirectPlay> {
  const mark = join(emulatorFolder, `dialled-${job.connection.name}`);
  const stage = new Stage(withoutProxy(emulator), {
    environment:
      job.isSlowToSpeak === true
        ? { NODE_OPTIONS: `--require ${JSON.stringify(slowToSpeak)}`, SPEAKS_WHEN_THERE_IS: mark }
        : {},
  });
  Object.assign(emulator.lifetimes, usual, job.lifetimes);
  const fault = job.fault && emulator.faults.inject(job.fault);
  doors.watch((host) => {
    if (host === 'dev.azure.com') writeFileSync(mark, '');
  });
  try {
    const played = await stage.play({
      pipeline: `steps:\n${job.steps}`,
      connections: [emulator.addServiceConnection(job.connection)],
      sources: 'test/e2e/programs',
    });
    return { play: played, leftOpen: await doors.leftOpen(), dials: doors.dials };
  } finally {
    fault?.clear();
    stage.close();
  }
}

const say = (word: Word): void => void process.send?.(word);

const [emulatorFolder = ''] = process.argv.slice(2);
const emulator = await startEmulator({ folder: emulatorFolder });
const doors = new Doors(emulator);
for (const host of Object.keys(addresses)) await doors.open(host as DirectHost);
process.on('message', (job: DirectJob) => {
  play(job, emulator, doors).then(say, (error: unknown) => say({ trouble: String(error) }));
});
process.on('disconnect', () => {
  doors.close();
  void emulator.close();
});
say('ready');
