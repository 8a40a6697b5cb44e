import type { JoinWorld, Surroundings } from '../../src/session/join.ts';
import type { LeaveWorld } from '../../src/session/leave.ts';
import type { BrokerAddress, RunningBroker } from '../../src/session/running-broker.ts';
import type { BrokerState } from '../../src/wire/broker-state.ts';
import { BrokerFixture, stateFile, tempDirectory } from './broker-fixture.ts';
import { aJob } from './builders.ts';
import { FakeChance, FakeClock, FakeFiles, FakeProcesses } from './fakes.ts';

/** A machine on which tasks start brokers and reach them by their ports. */
export class Machine {
  readonly clock = new FakeClock();
  readonly files = new FakeFiles();
  readonly chance = new FakeChance();
  readonly processes = new FakeProcesses({ 100: 'worker' });
  readonly brokers: BrokerFixture[] = [];
  /** Ports of brokers that take a connection and say nothing. */
  readonly hung = new Set<number>();
  /** What somebody else says, to whatever is asked, at the port of a broker that is gone. */
  readonly strangers = new Map<number, unknown>();
  /** What happens to a broker before it starts. */
  prepare: (bench: BrokerFixture) => void = () => undefined;

  readonly surroundings: Surroundings = {
    job: aJob(),
    tempDirectory,
    worker: { pid: 100, identity: 'worker' },
    network: {},
  };

  get join(): JoinWorld {
    return {
      files: this.files,
      processes: this.processes,
      clock: this.clock,
      chance: this.chance,
      start: async (message) => {
        const bench = new BrokerFixture(this);
        bench.pid = 200 + this.brokers.length;
        bench.port = this.#freePort(message.settings.port);
        this.prepare(bench);
        this.brokers.push(bench);
        await bench.startWith(message);
        const [told] = bench.told;
        if (told === undefined) throw new Error('the broker did not answer');
        return told;
      },
      reach: (state) => this.#reach(state),
    };
  }

  get leave(): LeaveWorld {
    const { files, processes, clock } = this;
    return { files, processes, clock, reach: (state) => this.#reach(state) };
  }

  get state(): BrokerState | undefined {
    const text = this.files.contents.get(stateFile);
    if (text === undefined) return undefined;
    const { seal, ...state } = JSON.parse(text) as BrokerState & { readonly seal?: string };
    return seal === undefined ? undefined : state;
  }

  /** A broker is killed: its process and its port are gone, its files stay. */
  kill(bench: BrokerFixture | undefined): void {
    if (bench === undefined) throw new Error('no such broker');
    bench.isListening = false;
    this.processes.vanish(bench.pid);
  }

  #at(port: number): BrokerFixture | undefined {
    return this.brokers.find((bench) => bench.isListening && bench.port === port);
  }

  #freePort(wanted: number | undefined): number {
    const isTaken = (port: number): boolean =>
      this.#at(port) !== undefined || this.strangers.has(port);
    if (wanted !== undefined && !isTaken(wanted)) return wanted;
    return 50_505 + this.brokers.length;
  }

  #reach({ port, controlCapability }: BrokerAddress): RunningBroker {
    return {
      ask: async (route, body) => {
        const bench = this.#at(port);
        if (this.hung.has(port)) return undefined;
        if (bench === undefined) return this.strangers.get(port);
        const authorization = `Bearer ${controlCapability}`;
        const request = { method: 'POST', body: JSON.stringify(body) };
        const answer = await bench.request(`/control/${route}`, { authorization }, request);
        return answer.status === 200 ? (JSON.parse(answer.body) as unknown) : undefined;
      },
    };
  }
}
