import {
  type Chance,
  type Clock,
  type EntraAccessTokens,
  type ExchangeOutcome,
  type ExchangeRequest,
  type Files,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  type Processes,
  type ProcessIdentity,
  NetworkTrouble,
} from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { later, minutes, noon } from './builders.ts';

/** Lets everything that is ready run, however long its chain of promises. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes only by {@link FakeClock.advance}, in which every sleeper wakes in its turn. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 5_000;
  #sleepers: readonly Sleeper[] = [];

  constructor(start: Date = noon) {
    this.#wallMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#wallMs);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        until: this.#monotonicMs + Math.max(0, ms),
        wake: () => {
          this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers = [...this.#sleepers, sleeper];
      signal?.addEventListener('abort', sleeper.wake, { once: true });
    });
  }

  /** How many wait for time to pass. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  /** Both times go on, and whoever is due runs at its own moment. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonicMs + ms;
    await settled();
    for (let next = this.#nextUntil(end); next !== undefined; next = this.#nextUntil(end)) {
      this.#goTo(next.until);
      next.wake();
      await settled();
    }
    this.#goTo(end);
    await settled();
  }

  /** Both times go on while nobody waits for them. */
  pass(ms: number): void {
    this.#goTo(this.#monotonicMs + ms);
  }

  /** The wall clock alone jumps: it was set, or the machine was suspended. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  #nextUntil(end: number): Sleeper | undefined {
    return this.#sleepers
      .filter(({ until }) => until <= end)
      .reduce<Sleeper | undefined>(
        (first, each) => (first === undefined || each.until < first.until ? each : first),
        undefined,
      );
  }

  #goTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

/** Time that passes while someone sleeps: for tests to which the waiting does not matter. */
export class ImpatientClock extends FakeClock {
  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const slept = super.sleep(ms, signal);
    await this.advance(ms);
    await slept;
  }
}

/** Capabilities of the right length, each another one, and the jitter that the test wants. */
export class FakeChance implements Chance {
  jitterValue = 0.5;
  #given = 0;

  capability(): Secret {
    this.#given += 1;
    return new Secret(`${String(this.#given).padStart(11, '0')}-capability`.padEnd(43, 'x'));
  }

  jitter(): number {
    return this.jitterValue;
  }
}

type HttpReply = HttpAnswer | NetworkTrouble | Promise<HttpAnswer>;

/** Answers as it is told, and rejects with nothing but a {@link NetworkTrouble}. */
export class FakeHttp implements Http {
  readonly requests: HttpRequest[] = [];
  reply: (request: HttpRequest, index: number) => HttpReply;

  constructor(reply: (request: HttpRequest, index: number) => HttpReply) {
    this.reply = reply;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    this.requests.push(request);
    const reply = await this.reply(request, this.requests.length - 1);
    if (reply instanceof NetworkTrouble) throw reply;
    return reply;
  }
}

/** Grants every exchange for an hour, with a token that names its scope, unless it is told not to. */
export class FakeEntra implements EntraAccessTokens {
  readonly requests: ExchangeRequest[] = [];
  /** The authorities that were dialled, each with how many exchanges there had been. */
  readonly dialled: (readonly [authority: string, exchanges: number])[] = [];
  reply: (request: ExchangeRequest, index: number) => ExchangeOutcome | Promise<ExchangeOutcome>;

  constructor(clock: Pick<Clock, 'now'> = { now: () => noon }) {
    this.reply = ({ scope }, index) => ({
      granted: true,
      token: new Secret(`access-token-${index}-for-${scope}`),
      expiresOn: later(minutes(60), clock.now()),
    });
  }

  dial(authorityHost: URL): void {
    this.dialled.push([authorityHost.href, this.requests.length]);
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeOutcome> {
    this.requests.push(request);
    return this.reply(request, this.requests.length - 1);
  }
}

/** Files in memory; as on a disk, a file needs its directory. */
export class FakeFiles implements Files {
  readonly contents = new Map<string, string>();
  readonly directories = new Set<string>();
  /** Files that cannot be written at the moment: the disk is full. */
  readonly unwritable = new Set<string>();

  makePrivateDirectory(path: string): Promise<void> {
    this.directories.add(path);
    return Promise.resolve();
  }

  makeInnerDirectory(path: string): Promise<void> {
    return this.makePrivateDirectory(path);
  }

  replace(path: string, content: string | Secret): Promise<void> {
    if (!this.directories.has(path.replace(/[\\/][^\\/]*$/, ''))) {
      return Promise.reject(Object.assign(new Error('no such directory'), { code: 'ENOENT' }));
    }
    if (this.unwritable.has(path)) {
      return Promise.reject(Object.assign(new Error('disk full'), { code: 'ENOSPC' }));
    }
    this.contents.set(path, typeof content === 'string' ? content : content.reveal());
    return Promise.resolve();
  }

  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.contents.get(path));
  }

  exists(path: string): Promise<boolean> {
    return Promise.resolve(this.contents.has(path) || this.directories.has(path));
  }

  isPrivateDirectory(path: string): Promise<boolean> {
    return Promise.resolve(this.directories.has(path));
  }

  stamp(path: string): Promise<string | undefined> {
    return Promise.resolve(this.contents.get(path));
  }

  remove(path: string): Promise<void> {
    const isWithin = (other: string): boolean =>
      other === path || other.startsWith(`${path}/`) || other.startsWith(`${path}\\`);
    for (const file of [...this.contents.keys()].filter(isWithin)) this.contents.delete(file);
    for (const directory of [...this.directories].filter(isWithin)) {
      this.directories.delete(directory);
    }
    return Promise.resolve();
  }

  /** Every file and directory there is. */
  get all(): readonly string[] {
    return [...this.directories, ...this.contents.keys()].sort();
  }
}

/** Processes by ID, each with what tells it apart. */
export class FakeProcesses implements Processes {
  readonly alive = new Map<number, string>();

  constructor(alive: Readonly<Record<number, string>> = {}) {
    for (const [pid, identity] of Object.entries(alive)) this.alive.set(Number(pid), identity);
  }

  identity(pid: number): Promise<string | undefined> {
    return Promise.resolve(this.alive.get(pid));
  }

  end({ pid, identity }: ProcessIdentity): Promise<void> {
    if (this.alive.get(pid) === identity) this.alive.delete(pid);
    return Promise.resolve();
  }

  /** It ends for reasons of its own. */
  vanish(pid: number): void {
    this.alive.delete(pid);
  }
}
