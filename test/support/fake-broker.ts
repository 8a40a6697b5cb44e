import { stateDirectoryIn } from '../../src/delivery/files/state-directory.ts';
import type { Failure } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import type { JoinWorld } from '../../src/session/join.ts';
import type { RunningBroker } from '../../src/session/running-broker.ts';
import { sealed, type BrokerState } from '../../src/wire/broker-state.ts';
import type { Expectation } from '../../src/wire/expectation.ts';
import {
  type ConnectionOrder,
  type Registration,
  type RegistrationAnswer,
  type TokenPlace,
  type ControlRoute,
} from '../../src/wire/messages.ts';
import type { Farewell } from '../../src/wire/report.ts';
import type { StartMessage } from '../../src/wire/start-message.ts';
import { timelineSchema } from '../../src/wire/timeline.ts';
import { later, minutes, noon } from './builders.ts';
import { FakeClock, FakeChance, type FakeFiles, type FakeProcesses } from './fakes.ts';

const port = 50505;
const pid = 4711;

/** The broker as tasks meet it: its state file, its control routes, its answers; no tokens of its own. */
export class FakeBroker {
  /** The connections that it keeps signed in, by ID. */
  readonly kept = new Map<string, ConnectionOrder>();
  readonly started: StartMessage[] = [];
  /** Who should ask it. */
  readonly expected: Expectation[] = [];
  /** Why it signs nobody in. */
  refusal: Failure | undefined;
  readonly #files: FakeFiles;
  readonly #processes: FakeProcesses;
  #state: BrokerState | undefined;
  #root = '';

  constructor(files: FakeFiles, processes: FakeProcesses) {
    this.#files = files;
    this.#processes = processes;
  }

  /** What tasks join through. */
  get world(): JoinWorld {
    return {
      files: this.#files,
      processes: this.#processes,
      clock: new FakeClock(),
      chance: new FakeChance(),
      start: (message) => this.#start(message),
      reach: () => this.#reach(),
    };
  }

  get isRunning(): boolean {
    return this.#state !== undefined;
  }

  /** Where it keeps tokens fresh for tools. */
  get places(): readonly TokenPlace[] {
    return [...this.kept.values()].flatMap(({ places }) => places);
  }

  async #start(message: StartMessage): Promise<RegistrationAnswer> {
    this.started.push(message);
    const { brokerId, job, protocol, stateDirectory } = message.settings;
    const answer = this.#register(message.connection, brokerId, stateDirectory);
    if ('failure' in answer) return answer;
    const { root, stateFile } = stateDirectoryIn(stateDirectory);
    this.#root = root;
    this.#state = {
      protocol,
      brokerId,
      planId: job.planId,
      jobId: job.jobId,
      process: { pid, identity: 'the broker' },
      startedOn: noon.toISOString(),
      port,
      controlCapability: 'the-control-capability',
      connections: [],
    };
    this.#processes.alive.set(pid, 'the broker');
    const jobAccessToken = new Secret(job.jobAccessToken);
    await this.#files.replace(stateFile, sealed(this.#state, { ...job, jobAccessToken }));
    return answer;
  }

  #register(
    order: ConnectionOrder,
    brokerId: string,
    stateDirectory: string,
  ): { registration: Registration } | { failure: Failure } {
    if (this.refusal !== undefined) return { failure: this.refusal };
    this.kept.set(order.id, order);
    return {
      registration: {
        brokerId,
        address: `127.0.0.1:${port}`,
        tokenFile: stateDirectoryIn(stateDirectory).tokenFile(order.id),
        idTokenCapability: `id-token-capability-of-${order.id}`,
        managedIdentityCapability: `managed-identity-capability-of-${order.id}`,
        issuer: 'the-issuer',
        subject: 'the-subject',
        audience: 'the-audience',
        expiresOn: later(minutes(10)).toISOString(),
      },
    };
  }

  #reach(): RunningBroker {
    return {
      ask: async (route, body) => {
        const state = this.#state;
        if (state === undefined) return undefined;
        return { ...(await this.#answer(route, body, state)), brokerId: state.brokerId };
      },
    };
  }

  async #answer(route: ControlRoute, body: unknown, { brokerId }: BrokerState): Promise<object> {
    switch (route) {
      case 'status':
        return {};
      case 'register':
        return this.#register(body as ConnectionOrder, brokerId, this.#temp);
      case 'dismiss':
        this.kept.delete((body as { id: string }).id);
        return {};
      case 'expect':
        this.expected.push(body as Expectation);
        return {};
      case 'access-token': {
        const { scope } = body as { scope: string };
        return { token: `token for ${scope}`, expiresOn: later(minutes(60)).toISOString() };
      }
      case 'stop':
        return this.#stop();
    }
  }

  get #temp(): string {
    return this.#root.replace(/[\\/][^\\/]*$/, '');
  }

  async #stop(): Promise<Farewell> {
    const brokerId = this.#state?.brokerId ?? '';
    this.#state = undefined;
    this.kept.clear();
    this.#processes.vanish(pid);
    await this.#files.remove(this.#root);
    return {
      brokerId,
      startedOn: noon.toISOString(),
      endedOn: later(minutes(240)).toISOString(),
      connections: [],
      timeline: {
        schema: timelineSchema,
        product: '1.2.3',
        startedOn: '2026-03-14T12:00:00Z',
        untilS: 14_400,
        isComplete: true,
        brokers: [{ fromS: 0, untilS: 14_400, end: 'asked to' }],
        connections: [],
        warnings: [],
        left: { tokens: 0, episodes: 0, answers: 0, lanes: 0, connections: 0 },
      },
    };
  }
}
