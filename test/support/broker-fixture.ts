import type { End } from '../../src/broker/job-watch.ts';
import { runBroker, type ProcessWorld } from '../../src/broker/run.ts';
import type {
  LoopbackAnswer,
  LoopbackRequest,
} from '../../src/delivery/loopback/loopback-request.ts';
import {
  protocolVersion,
  type ConnectionOrder,
  type Registration,
  type RegistrationAnswer,
} from '../../src/wire/messages.ts';
import type { BrokerSettings, StartMessage } from '../../src/wire/start-message.ts';
import { aServiceConnection, collectionUri, ids, oidcRequestUri } from './builders.ts';
import { emptyFolders } from './fake-folders.ts';
import { FakeChance, FakeClock, FakeFiles, FakeProcesses, settled } from './fakes.ts';
import { Upstream, idTokenIn } from './upstream.ts';

export const tempDirectory = '/agent/_work/_temp';
export const lastWordsFile = `${tempDirectory}/workload-identity/last-words.json`;
export const stateFile = `${tempDirectory}/workload-identity/broker.json`;
export const armResource = 'https://management.azure.com/';

/** The worker and the broker as processes. */
const workerPid = 100;
const brokerPid = 200;

export function anOrder(changes: Partial<ConnectionOrder> = {}): ConnectionOrder {
  const { id, name, clientId, tenantId, authorityHost } = aServiceConnection();
  const host = authorityHost.href;
  return { id, name, clientId, tenantId, authorityHost: host, places: [], ...changes };
}

export function someSettings(changes: Partial<BrokerSettings> = {}): BrokerSettings {
  return {
    protocol: protocolVersion,
    brokerId: 'this-broker',
    job: {
      planId: ids.plan,
      jobId: ids.job,
      hostType: 'build',
      projectId: ids.project,
      collectionUri,
      oidcRequestUri,
      jobAccessToken: 'the-job-access-token',
    },
    stateDirectory: tempDirectory,
    worker: { pid: workerPid, identity: 'worker' },
    network: {},
    kept: [],
    ...changes,
  };
}

/** A state file, as a broker of this ID would write it. */
export function aState(brokerId: string): string {
  const process = { pid: 1, identity: 'x' };
  const state = {
    protocol: protocolVersion,
    brokerId,
    planId: 'plan',
    jobId: 'job',
    process,
    startedOn: '',
  };
  return JSON.stringify({ ...state, port: 1, controlCapability: 'c', connections: [] });
}

/** What a client got. */
export interface Served extends LoopbackAnswer {
  /** The ID token or the access token, empty when there is none. */
  readonly token: string;
}

/** A whole broker process in a world of fakes, in which time passes as the test wants. */
export class BrokerFixture {
  readonly clock: FakeClock;
  readonly chance: FakeChance;
  readonly files: FakeFiles;
  readonly processes: FakeProcesses;
  readonly upstream: Upstream;
  pid = brokerPid;
  readonly terminated = new AbortController();
  readonly told: RegistrationAnswer[] = [];
  isListening = false;
  port = 50505;
  end: End | undefined;
  failure: unknown;
  handle: (request: LoopbackRequest) => Promise<LoopbackAnswer> = () =>
    Promise.resolve({ status: 0, body: '' });

  #goes = true;

  readonly #crash = deferredCrash();

  /** @param shared what several brokers on one machine have in common. */
  constructor(
    shared: Partial<Pick<BrokerFixture, 'clock' | 'files' | 'processes' | 'chance'>> = {},
  ) {
    this.clock = shared.clock ?? new FakeClock();
    this.chance = shared.chance ?? new FakeChance();
    this.files = shared.files ?? new FakeFiles();
    this.processes = shared.processes ?? new FakeProcesses({ [workerPid]: 'worker' });
    this.upstream = new Upstream(this.clock);
    this.files.directories.add(tempDirectory);
  }

  /** Something in the process throws, and nothing catches it. */
  async crash(error: unknown): Promise<void> {
    this.#crash.reject(error);
    await settled();
  }

  get world(): ProcessWorld {
    return {
      clock: this.clock,
      chance: this.chance,
      files: this.files,
      folders: emptyFolders,
      processes: this.processes,
      http: this.upstream,
      entra: this.upstream,
      pid: this.pid,
      product: '1.2.3',
      listen: (_, handle) => {
        this.handle = handle;
        this.isListening = true;
        const close = (): Promise<void> => {
          this.isListening = false;
          return Promise.resolve();
        };
        return Promise.resolve({ port: this.port, close });
      },
      answerTask: (answer) => {
        this.told.push(answer);
        return Promise.resolve();
      },
      terminated: this.terminated.signal,
      crashed: this.#crash.promise,
    };
  }

  /** Starts the broker, whose first connection may still wait for its first token afterwards. */
  async start(
    order: Partial<ConnectionOrder> = {},
    settings: Partial<BrokerSettings> = {},
  ): Promise<this> {
    await this.startWith({ settings: someSettings(settings), connection: anOrder(order) });
    return this;
  }

  async startWith(message: StartMessage): Promise<void> {
    this.processes.alive.set(this.pid, `broker ${this.pid}`);
    const run = runBroker(message, this.world).then(
      (end) => (this.end = end),
      (error: unknown) => (this.failure = error),
    );
    void run.finally(() => {
      if (this.#goes) this.processes.vanish(this.pid);
    });
    await settled();
  }

  /** From now on the process outlives its work. */
  stays(): void {
    this.#goes = false;
  }

  get registration(): Registration {
    const [answer] = this.told;
    if (answer === undefined || !('registration' in answer)) throw new Error('no registration');
    return answer.registration;
  }

  get controlCapability(): string {
    const state = JSON.parse(this.files.contents.get(stateFile) ?? '{}') as {
      controlCapability: string;
    };
    return state.controlCapability;
  }

  idToken(): Promise<Served> {
    const authorization = `Bearer ${this.registration.idTokenCapability}`;
    return this.request(`/connections/${ids.connection}/id-token?v=1`, { authorization });
  }

  accessToken(resource = armResource): Promise<Served> {
    const header = { 'x-identity-header': this.registration.managedIdentityCapability };
    const query = `api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
    return this.request(`/connections/${ids.connection}/msi?${query}`, header);
  }

  /** Posts to a control route, as a task does. */
  async control(route: string, body: unknown): Promise<unknown> {
    const authorization = `Bearer ${this.controlCapability}`;
    const request = { method: 'POST', body: JSON.stringify(body) };
    const answer = await this.request(`/control/${route}`, { authorization }, request);
    return JSON.parse(answer.body) as unknown;
  }

  async request(
    target: string,
    headers: Readonly<Record<string, string>> = {},
    changes: Partial<LoopbackRequest> = {},
  ): Promise<Served> {
    const host = `127.0.0.1:${this.port}`;
    const answer = await this.handle({
      method: 'GET',
      target,
      headers: Object.entries({ host, ...headers }),
      body: '',
      ...changes,
    });
    const accessToken = /"access_token":"([^"]+)"/.exec(answer.body)?.[1];
    return { ...answer, token: accessToken ?? idTokenIn(answer.body) };
  }
}

function deferredCrash(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}
