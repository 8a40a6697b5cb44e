import { setTimeout as pause } from 'node:timers/promises';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { cpuMsOf, memoryOf } from './process-figures.ts';
import { plan, type NodeRelease } from './settings.ts';
import { simulatedHour } from './simulated-hour.ts';

/** A broker with so many connections and so many scopes for each. */
export interface GrowthPoint {
  readonly connections: number;
  readonly scopes: number;
  /** At rest after its first tokens, in MiB. */
  readonly rss: number;
  readonly anonymous: number;
  /** Until all first tokens were there, in ms of CPU for each token. */
  readonly cpuMsAToken: number;
  readonly tokens: number;
  /** In s an hour, while nobody asks and nothing is due. */
  readonly restCpuAnHour: number;
  /** Requests upstream an hour: to Azure DevOps, to Entra. */
  readonly devops: number;
  readonly entra: number;
}

/** More first tokens than this take too long to fetch; the corner says no more than the edges. */
const mostTokens = 1_500;
const restMs = plan.isQuick ? 1_000 : 20_000;

/** The broker as jobs grow: by connections, and by scopes for each. */
export async function growth(bench: Bench, node: NodeRelease): Promise<readonly GrowthPoint[]> {
  const { connections, scopes } = plan.growth;
  const wanted = connections
    .flatMap((some) => scopes.map((each) => ({ connections: some, scopes: each })))
    .filter((size) => size.connections * size.scopes <= mostTokens);
  const grown = [];
  for (const size of wanted) grown.push({ ...size, ...(await grow(bench, node, size)) });
  await pause(plan.settleMs);
  const before = grown.map(({ broker }) => cpuMsOf(broker.pid));
  await pause(restMs);
  const after = grown.map(({ broker }) => cpuMsOf(broker.pid));
  const points: GrowthPoint[] = [];
  for (const [index, { broker, ...size }] of grown.entries()) {
    const used = (after[index] ?? 0) - (before[index] ?? 0);
    const hour = await simulatedHour(size.scopes);
    points.push({
      ...size,
      ...memoryOf(broker.pid),
      restCpuAnHour: (used * 3_600) / restMs,
      devops: hour.devops * size.connections,
      entra: hour.entra * size.connections,
    });
    await broker.stop();
  }
  return points;
}

async function grow(
  bench: Bench,
  node: NodeRelease,
  { connections, scopes }: { readonly connections: number; readonly scopes: number },
): Promise<{ broker: RunningBroker; tokens: number; cpuMsAToken: number }> {
  const broker = await RunningBroker.start(bench, node, aConnection(1));
  const { pid } = broker;
  const before = cpuMsOf(pid);
  for (let number = 2; number <= connections; number += 1)
    await broker.register(aConnection(number));
  for (let number = 1; number <= connections; number += 1) {
    const endpoints = broker.endpoints(aConnection(number));
    for (let scope = 0; scope < scopes; scope += 1) {
      const status = await broker.askForAccessToken(endpoints, `https://s${scope}.example`);
      if (status !== 200) throw new Error(`No access token: ${status}`);
    }
  }
  const tokens = connections * (scopes + 1);
  return { broker, tokens, cpuMsAToken: (cpuMsOf(pid) - before) / (tokens - 1) };
}
