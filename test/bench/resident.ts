import { setTimeout as pause } from 'node:timers/promises';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { cpuOfFourHours } from './felt.ts';
import { figure, type Figure } from './figures.ts';
import { cpuMsOf, memoryOf } from './process-figures.ts';
import { nodes, plan, type NodeRelease } from './settings.ts';

const armScope = 'https://management.azure.com/.default';

/** What follows the start (compiling, collecting garbage) is not what an hour consists of. */
const warmUpMs = plan.isQuick ? 2_000 : 60_000;
const shortestMs = plan.isQuick ? 5_000 : 240_000;

/** A long job, in minutes. */
const fourHours = 240;

interface Resident {
  readonly node: NodeRelease;
  readonly broker: RunningBroker;
  readonly countedFrom: Promise<{ readonly atMs: number; readonly cpuMs: number }>;
}

/**
 * Budget 13: brokers that live through the run with tokens of real lives, and so with everything
 * that a refresh brings about, and whose CPU is counted up to the end.
 */
export class Residents {
  readonly #all: readonly Resident[];

  private constructor(all: readonly Resident[]) {
    this.#all = all;
  }

  static async moveIn(bench: Bench): Promise<Residents> {
    const all: Resident[] = [];
    for (const node of nodes) {
      const connection = aConnection(0xe51d);
      const inputs = { accessTokens: `ARM_TOKEN = ${armScope}` };
      const broker = await RunningBroker.start(bench, node, connection, inputs);
      const countedFrom = pause(warmUpMs).then(() => ({
        atMs: performance.now(),
        cpuMs: cpuMsOf(broker.pid),
      }));
      all.push({ node, broker, countedFrom });
    }
    return new Residents(all);
  }

  async moveOut(): Promise<readonly Figure[]> {
    const figures: Figure[] = [];
    for (const { node, broker, countedFrom } of this.#all) {
      const { atMs, cpuMs } = await countedFrom;
      await pause(Math.max(0, atMs + shortestMs - performance.now()));
      const minutes = (performance.now() - atMs) / 60_000;
      const seconds = (cpuMsOf(broker.pid) - cpuMs) / 1_000;
      const times = (fourHours / minutes).toFixed(0);
      const note = `${minutes.toFixed(1)} minutes with tokens of ten minutes, times ${times}`;
      const by = { node: node.major, unit: 's' } as const;
      figures.push(
        figure({ budget: 13, what: cpuOfFourHours, ...by, limit: 5, note }, [
          (seconds * fourHours) / minutes,
        ]),
        figure({ what: 'broker after minutes: RSS', node: node.major, unit: 'MiB' }, [
          memoryOf(broker.pid).rss,
        ]),
      );
      await broker.stop();
    }
    return figures;
  }
}
