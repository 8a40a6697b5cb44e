import { setTimeout as pause } from 'node:timers/promises';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { exact, figure, type Figure } from './figures.ts';
import { load, trivialServer, type LoadResult } from './load.ts';
import { memoryOf, type Memory } from './process-figures.ts';
import { plan, type NodeRelease } from './settings.ts';
import { ratios } from './statistics.ts';

const connection = aConnection(1);

/** Where the collector stands at the moment moves the figure by so much, in MiB. */
const collectorMiB = 4;

/** Budget 9: memory after many requests, each on a connection of its own. */
export async function memoryUnderLoad(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const broker = await RunningBroker.start(bench, node, connection);
  const after: { count: number; memory: Memory }[] = [];
  let errors = 0;
  let sent = 0;
  for (const count of plan.load) {
    errors += (await ask(broker, { clients: 50, total: count - sent, fresh: true })).errors;
    sent = count;
    await pause(plan.settleMs);
    after.push({ count, memory: memoryOf(broker.pid) });
  }
  await broker.stop();
  const by = { budget: 9, node: node.major, unit: 'MiB' } as const;
  const once = (what: { readonly what: string; readonly limit: number }, value: number): Figure =>
    figure({ ...by, ...what }, [value], collectorMiB);
  const [first, second] = after.map(({ memory }) => memory.anonymous);
  return [
    ...after.flatMap(({ count, memory }) => [
      once({ what: `${count} fresh connections: RSS`, limit: 80 }, memory.rss),
      once({ what: `${count} fresh connections: anonymous`, limit: 26 }, memory.anonymous),
    ]),
    exact({ ...by, what: 'growth between', limit: collectorMiB }, (second ?? 0) - (first ?? 0)),
    exact({ ...by, unit: '', what: 'errors on fresh connections', limit: 0 }, errors),
  ];
}

/** Budget 10: how long a cached ID token takes, beside a server that does nothing. */
export async function latency(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const broker = await RunningBroker.start(bench, node, connection);
  const answer = await broker.idToken(connection);
  const trivial = await trivialServer(node, Buffer.byteLength(answer));
  const request = broker.idTokenRequest(connection);
  const ours = { port: broker.state.port, request };
  const theirs = { port: trivial.port, request };
  const alone = { clients: 1, total: 2_000, fresh: false };
  const crowd = { clients: 200, total: plan.crowd, fresh: false };
  // Both are warm before it counts.
  for (const server of [ours, theirs]) await load({ ...server, ...crowd });
  const results: Record<'ours' | 'oursAlone' | 'theirs', LoadResult[]> = {
    ours: [],
    oursAlone: [],
    theirs: [],
  };
  for (let round = 0; round < plan.latencyRounds; round += 1) {
    results.theirs.push(await load({ ...theirs, ...crowd }));
    results.ours.push(await load({ ...ours, ...crowd }));
    results.oursAlone.push(await load({ ...ours, ...alone }));
  }
  trivial.close();
  await broker.stop();
  return latencyFigures(node, results);
}

function latencyFigures(
  node: NodeRelease,
  results: Readonly<Record<'ours' | 'oursAlone' | 'theirs', readonly LoadResult[]>>,
): readonly Figure[] {
  const p99 = (of: readonly LoadResult[]): readonly number[] => of.map((result) => result.p99);
  const perSecond = (of: readonly LoadResult[]): readonly number[] =>
    of.map((result) => result.perSecond);
  const errors = [...results.ours, ...results.oursAlone].reduce((sum, one) => sum + one.errors, 0);
  const by = { budget: 10, node: node.major } as const;
  return [
    figure(
      { ...by, what: 'cached ID token, 1 client: p50', unit: 'ms', limit: 0.2 },
      results.oursAlone.map(({ p50 }) => p50),
    ),
    figure(
      { ...by, what: 'cached ID token, 200 clients: p99', unit: 'x', to: 'T', limit: 1.5 },
      ratios(p99(results.ours), p99(results.theirs)),
    ),
    exact({ ...by, what: 'cached ID token: errors', unit: '', limit: 0 }, errors),
    figure({ what: '200 clients: p99', node: node.major, unit: 'ms' }, p99(results.ours)),
    figure(
      { what: '200 clients: requests a second', node: node.major, unit: 'x', to: 'T' },
      ratios(perSecond(results.ours), perSecond(results.theirs)),
    ),
  ];
}

function ask(
  broker: RunningBroker,
  order: { readonly clients: number; readonly total: number; readonly fresh: boolean },
): Promise<LoadResult> {
  const request = broker.idTokenRequest(connection);
  return load({ port: broker.state.port, request, ...order });
}
