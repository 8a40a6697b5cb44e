import { setTimeout as pause } from 'node:timers/promises';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { figure, type Figure } from './figures.ts';
import { idleNode } from './load.ts';
import { cpuMsOf, memoryOf, type Memory } from './process-figures.ts';
import { plan, type NodeRelease } from './settings.ts';
import { ratios } from './statistics.ts';

const armResource = 'https://management.azure.com';

/** The collector leaves so much more or less behind in one run, for all brokers alike, in MiB. */
const collectorMiB = 2;

/** Budget 8: what the broker holds while nobody asks it; and the price of a refresh. */
export async function brokerAtRest(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const wanted = Array.from({ length: plan.brokersAtRest });
  const brokers: RunningBroker[] = [];
  while (brokers.length < wanted.length) brokers.push(await threeConnections(bench, node));
  const idle = wanted.map(() => idleNode(node));
  const hasty = await hastyBroker(bench, node);
  await pause(plan.settleMs);
  const memory = brokers.map(({ pid }) => memoryOf(pid));
  const idleMemory = idle.map(({ pid }) => memoryOf(pid));
  const refreshMs = await priceOfRefresh(bench, hasty);
  for (const one of idle) one.close();
  for (const broker of [...brokers, hasty]) await broker.stop();
  return [
    ...memoryFigures(node, memory, idleMemory),
    figure({ what: 'CPU of a refresh', node: node.major, unit: 'ms' }, [refreshMs]),
  ];
}

function memoryFigures(
  node: NodeRelease,
  memory: readonly Memory[],
  idle: readonly Memory[],
): readonly Figure[] {
  const rss = memory.map((one) => one.rss);
  const idleRss = idle.map((one) => one.rss);
  const by = { node: node.major, unit: 'MiB' } as const;
  const what = 'broker at rest, three connections';
  return [
    figure({ what: 'idle node: RSS', ...by }, idleRss),
    figure({ budget: 8, what: `${what}: RSS`, ...by, limit: 80 }, rss, collectorMiB),
    figure(
      { what: `${what}: RSS`, node: node.major, unit: 'x', to: 'idle node' },
      ratios(rss, idleRss),
    ),
    figure(
      { what: `${what}: anonymous`, ...by },
      memory.map(({ anonymous }) => anonymous),
    ),
  ];
}

/** CPU of one refresh, in ms, where each follows the other at once. */
async function priceOfRefresh({ azure }: Bench, { pid }: RunningBroker): Promise<number> {
  await azure.visits();
  const before = cpuMsOf(pid);
  await pause(plan.restMs);
  const used = cpuMsOf(pid) - before;
  const refreshes = (await azure.visits()).filter(({ id }) => id.startsWith('fa57'));
  return used / refreshes.length;
}

/** After its first tokens: an ID token and an access token for each connection. */
async function threeConnections(bench: Bench, node: NodeRelease): Promise<RunningBroker> {
  const broker = await RunningBroker.start(bench, node, aConnection(1));
  for (const number of [2, 3]) await broker.register(aConnection(number));
  for (const number of [1, 2, 3]) {
    const endpoints = broker.endpoints(aConnection(number));
    const status = await broker.askForAccessToken(endpoints, armResource);
    if (status !== 200) throw new Error(`No access token for connection ${number}: ${status}`);
  }
  return broker;
}

/** One whose tokens are replaced every second. */
function hastyBroker(bench: Bench, node: NodeRelease): Promise<RunningBroker> {
  const connection = aConnection(0, { hasty: true });
  return RunningBroker.start(bench, node, connection, {
    accessTokens: `FAST_TOKEN = ${armResource}/.default`,
  });
}
