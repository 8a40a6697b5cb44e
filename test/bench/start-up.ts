import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { runCommand, type Command } from './command.ts';
import { figure, type Figure } from './figures.ts';
import { distanceMs, hosts, plan, type NodeRelease } from './settings.ts';
import { ratios } from './statistics.ts';
import { taskCommand, trusting, type TaskRun } from './task.ts';
import { newTempFolder } from './world.ts';

/** One of those who run in turn. */
interface Runner {
  readonly name: string;
  readonly isFar?: boolean;
  readonly command: () => Command;
  readonly after?: () => Promise<void>;
}

/** Walls by the name of the runner, in ms, one for each round. */
type Walls = ReadonlyMap<string, readonly number[]>;

/** AzureCLI@3 with an az that costs nothing, in bare nodes (performance facts, 1c). */
const azureCli: Readonly<Record<NodeRelease['major'], number>> = { 20: 8, 24: 7.5 };

/** Inputs of a step that starts no broker. */
export const once = { tools: 'none', refresh: 'false' };
/** A connection that the upstream's list of subscriptions names too. */
export const withSubscription = {
  ...aConnection(),
  subscriptionId: '3f0a5d1e-7c2b-4d6f-8e90-1a2b3c4d5e6f',
};

/** Budgets 1 to 5: start-up times. */
export async function startUp(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const joined = await RunningBroker.start(bench, node, aConnection());
  const walls = await rounds(runners(bench, node, joined.temp), plan.rounds, bench);
  await joined.stop();
  const of = (name: string): readonly number[] => walls.get(name) ?? [];
  const ratio = (name: string, to: string): readonly number[] => ratios(of(name), of(to));
  const by = { node: node.major, unit: 'x' } as const;
  const login = 'FederatedLogin';
  return [
    figure({ what: 'bare node (B)', node: node.major, unit: 'ms' }, of('B')),
    ...['F1', 'F2', 'F3'].map((name) => figure({ what: name, ...by, to: 'B' }, ratio(name, 'B'))),
    figure({ budget: 1, what: login, ...by, to: 'F2', limit: 2 }, ratio('login', 'F2')),
    figure(
      {
        ...{ budget: 1, what: `${login} beside AzureCLI@3`, ...by, to: 'AzureCLI@3', limit: 0.55 },
        note: `its ${azureCli[node.major]} x B with an az that costs nothing is taken from the facts`,
      },
      ratio('login', 'B').map((value) => value / azureCli[node.major]),
    ),
    figure({ what: login, ...by, to: 'B' }, ratio('login', 'B')),
    figure(
      { what: `${login}, which reads the subscription too`, ...by, to: 'F3' },
      ratio('login and read', 'F3'),
    ),
    figure(
      { budget: 2, what: `${login} at ${distanceMs} ms`, ...by, to: 'F2', limit: 1.3 },
      ratio('far login', 'far F2'),
    ),
    figure(
      { budget: 3, what: 'TerraformOidcEnv, native', ...by, to: 'B', limit: 2.1 },
      ratio('native', 'B'),
    ),
    figure(
      { budget: 4, what: `starting the broker at ${distanceMs} ms`, ...by, to: 'F1', limit: 1.5 },
      ratio('far start', 'far F1'),
    ),
    figure(
      { budget: 5, what: 'joining the broker', ...by, to: 'B', limit: 2.3 },
      ratio('join', 'B'),
    ),
    ...[
      'login',
      'login and read',
      'native',
      'join',
      'far F1',
      'far F2',
      'far login',
      'far start',
    ].map((name) => figure({ what: `wall: ${name}`, node: node.major, unit: 'ms' }, of(name))),
  ];
}

/** Budget 14: the same login with nothing in the page cache. */
export async function coldStart(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const what = 'FederatedLogin, page cache dropped';
  const facts = {
    budget: 14,
    what,
    node: node.major,
    unit: 'x',
    to: 'cold B',
    limit: 3.5,
  } as const;
  if (!canDropCaches()) {
    return [figure({ ...facts, note: 'not measured: the page cache may not be dropped' }, [])];
  }
  const wanted = runners(bench, node, '').filter(({ name }) => ['B', 'F2', 'login'].includes(name));
  const walls = await rounds(wanted, plan.coldRounds, bench, dropCaches);
  const of = (name: string): readonly number[] => walls.get(name) ?? [];
  return [
    figure(facts, ratios(of('login'), of('B'))),
    figure({ what: 'cold B', node: node.major, unit: 'ms' }, of('B')),
    figure(
      { what: 'cold F2', node: node.major, unit: 'x', to: 'cold B' },
      ratios(of('F2'), of('B')),
    ),
  ];
}

function runners(bench: Bench, node: NodeRelease, joinedTemp: string): readonly Runner[] {
  const { azure, extension } = bench;
  const yardstick = (name: string, urls: readonly string[] = []): Command => ({
    node: node.path,
    arguments: [join(import.meta.dirname, 'yardsticks', `${name}.cjs`), ...urls],
    environment: urls.length === 0 ? {} : trusting(azure),
  });
  const post = (count: number): Command =>
    yardstick('post', Object.values(hosts).slice(0, count).map(postUrl));
  const step = (run: Omit<TaskRun, 'connection' | 'temp'> & Partial<TaskRun>): Command =>
    taskCommand(
      { connection: aConnection(), temp: newTempFolder(), ...run },
      node,
      extension,
      azure,
    );
  const login = (): Command => step({ task: 'FederatedLogin', inputs: once });
  const started = { temp: '' };
  return [
    { name: 'B', command: () => yardstick('empty') },
    {
      name: 'native',
      command: () =>
        step({ task: 'TerraformOidcEnv', inputs: { mode: 'native' }, staysLocal: true }),
    },
    {
      name: 'join',
      command: () => step({ task: 'TerraformOidcEnv', temp: joinedTemp, staysLocal: true }),
    },
    { name: 'F1', command: () => post(1) },
    { name: 'F2', command: () => post(2) },
    { name: 'login', command: login },
    { name: 'F3', command: () => post(3) },
    {
      name: 'login and read',
      command: () => step({ task: 'FederatedLogin', inputs: once, connection: withSubscription }),
    },
    { name: 'far F1', isFar: true, command: () => post(1) },
    {
      name: 'far start',
      isFar: true,
      command: () => {
        started.temp = newTempFolder();
        return step({ task: 'TokenRefresher', temp: started.temp });
      },
      after: () => RunningBroker.of(node, started.temp).stop(),
    },
    { name: 'far F2', isFar: true, command: () => post(2) },
    { name: 'far login', isFar: true, command: login },
  ];
}

function postUrl(host: string): string {
  return `https://${host}/some/path`;
}

/** In turn, each round beginning with another, so that nobody always runs after the same. */
export async function rounds(
  wanted: readonly Runner[],
  count: number,
  { azure }: Bench,
  before: () => void = () => undefined,
): Promise<Walls> {
  const walls = new Map(wanted.map(({ name }): [string, number[]] => [name, []]));
  // The first round warms the page cache, and does not count.
  for (let round = -1; round < count; round += 1) {
    const first = Math.max(0, round) % wanted.length;
    for (const { name, isFar, command, after } of [
      ...wanted.slice(first),
      ...wanted.slice(0, first),
    ]) {
      await azure.moveTo(isFar === true ? distanceMs : 0);
      const ready = command();
      before();
      const { wallMs } = await runCommand(ready);
      if (round >= 0) walls.get(name)?.push(wallMs);
      await after?.();
    }
  }
  await azure.moveTo(0);
  return walls;
}

function canDropCaches(): boolean {
  try {
    dropCaches();
    return true;
  } catch {
    return false;
  }
}

function dropCaches(): void {
  spawnSync('sync');
  writeFileSync('/proc/sys/vm/drop_caches', '1');
}
