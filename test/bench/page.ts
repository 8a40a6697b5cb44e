import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { drawChart } from './chart.ts';
import { feltRows } from './felt.ts';
import type { Figure } from './figures.ts';
import type { GrowthPoint } from './growth.ts';
import { describeUnmet } from './reasons.ts';
import { curveRows, byBudget, noise, withUnit } from './report.ts';
import { distanceMs, nodes, plan, repository } from './settings.ts';

export interface Results {
  readonly figures: readonly Figure[];
  readonly curves: readonly GrowthPoint[];
  readonly minutes: number;
}

/** Writes docs/PERFORMANCE.md and its drawing. */
export async function writePage(results: Results): Promise<void> {
  const page = await format(text(results), {
    parser: 'markdown',
    printWidth: 100,
    singleQuote: true,
  });
  writeFileSync(join(repository, 'docs', 'PERFORMANCE.md'), page);
  writeFileSync(join(repository, 'images', 'performance.svg'), drawChart(results.figures));
}

function text({ figures, curves, minutes }: Results): string {
  const judged = figures.filter(({ budget }) => budget !== undefined).sort(byBudget);
  const beside = figures.filter(({ budget }) => budget === undefined);
  return `# Performance

<!-- Written by npm run bench: change test/bench/page.ts, not this page. -->

${table(feltRows(figures))}

The column of AzureCLI@3 was measured on another sitting, and its processor time is computed from that; a real sign-in adds the network to both. The memory is about one hundredth of what a Microsoft-hosted agent has.

\`npm run bench\` writes this page. It measures on the two releases of Node that agents bring along.

![Start-up times and memory beside those of other tasks](../images/performance.svg)

## Budgets

Fifteen budgets say what the tasks may cost. Times are ratios to a yardstick of the same run, so that a slow machine changes both. Memory and processor of the broker are what a job pays: **budget 8** is 80 MiB, what AzureCLI@3 holds when it keeps its session, and **budget 13** is 5 s in four hours, a three-thousandth of one processor.

${budgetTable(judged)}

A verdict follows the median. The 95 % interval of a median is about twice the middle half of the values (in brackets: how many) over the root of their count; where the budget lies within it, the verdict is "too close to say". By where the collector stands, memory of the broker's own may be 2 MiB more or less at rest in a whole run, and all of it 4 MiB under load. What is counted has no noise.

${describeUnmet(judged)}

## Yardsticks

- **B**: \`node empty.cjs\`. **F1**, **F2**, **F3**: a node that makes one, two, three POSTs with node:https, one after the other, each on a fresh TLS connection. **T**: a node:http server that answers with as many bytes as an ID-token answer has. **Idle node**: one that waits. All of the same Node release, in the same round.
- **AzureCLI@3** cannot be built here with the packages that its release names. Its ratio to B (7.5 on Node 24, 8 on Node 20, with an \`az\` that ends at once) was measured once with the nearest ones; our ratio to B is divided by it.

## Method

- **What runs** is the packed extension: \`dist/*.vsix\`, unzipped, each step started by the release's own \`node\` with the environment that an agent gives (about a hundred variables, inputs, the service connection) and nothing else. Standard output is a pipe that is read; the time ends when the process is gone and its pipes are closed.
- **Azure** is a process of its own that answers as dev.azure.com, login.microsoftonline.com and management.azure.com, under these names and on port 443, in a network namespace of the run. Tokens have the size of real ones and no valid signature, so that signing is not measured. Certificates are checked, by yardsticks too. Distance is a forwarder that holds every byte back by half of ${distanceMs} ms, and the first ones by a whole round trip for dialling.
- **Rounds**: everyone once in turn, ${plan.rounds} times (${plan.coldRounds} with the page cache dropped before each), each round beginning with another; the first does not count. Ratios are taken round by round.
- **Memory** is \`/proc/PID/smaps_rollup\` ${plan.settleMs / 1000} s after the last request; "at rest" is after an ID token and an access token for each of three connections. Requests on fresh connections come from 50 clients at once.
- **Upstream an hour** is not waited for: the broker's own code runs on the clock of the unit tests, asked for everything every ten seconds. **CPU of four hours** is that of brokers with one connection and one access token file which live through the run, counted from a minute after their start, times what makes it four hours: the tokens have their real lives of ten minutes and an hour.
- **Azure CLI**: FederatedLogin signs it in by writing its session, with an installation of which any start would be seen; beside it the same step with \`tools: none\`. Both read Resource Manager once. **PowerShell** is a program on the path, of which any start would be seen too, and no module lies where it looks.
- Parallel callers, requests and what is loaded before the first byte leaves are also gates of the tests (\`test/package/gates.test.ts\`); so are files and sizes (\`test/package/contents.test.ts\`).

This run: ${machine()}, ${nodes.map(({ major }) => `Node ${major}`).join(' and ')}, ${minutes.toFixed(0)} minutes. Linux only; start-up on Windows and macOS was not measured.

## Growth

The broker with more connections, and with more scopes for each (Node 24, at rest after its first tokens; upstream while clients ask for all of it every ten seconds):

${table(curveRows(curves))}

Memory grows more slowly than the number of tokens while these are few; beyond some hundred, what the first requests have left on the heap outweighs it. Upstream is linear, and ID tokens do not depend on the scopes. CPU at rest is counted over seconds, and where the first tokens were many it still holds the collection of what they left. A hundred connections with 64 scopes each are left out, since 6,400 first tokens take longer than a run may. Beyond 64 scopes of a connection the longest unused is forgotten; more than 200 connections are refused.

## Beside the budgets

${table([
  ['what', 'Node', 'figure', 'middle half'],
  ...beside.map((one) => [one.what, one.node ?? '', median(one), noise(one)]),
])}
`;
}

function budgetTable(judged: readonly Figure[]): string {
  return table([
    ['#', 'what', 'Node', 'figure', 'budget', 'verdict', 'middle half'],
    ...judged.map((one) => [
      String(one.budget ?? ''),
      one.note === undefined ? one.what : `${one.what} (${one.note})`,
      one.node ?? '',
      median(one),
      one.limit === undefined ? '' : `≤ ${withUnit(one, one.limit)}`,
      one.verdict === 'met' ? 'met' : `**${one.verdict ?? 'not measured'}**`,
      noise(one),
    ]),
  ]);
}

function median(one: Figure): string {
  return withUnit(one, one.value.median);
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  return [head, head.map(() => '---'), ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function machine(): string {
  const processors = cpus();
  const model = (processors[0]?.model ?? 'unknown').trim();
  const load = (loadavg()[2] ?? 0).toFixed(1);
  return `${processors.length} processors (${model}), with ${load} processes at work on average (a machine of its own: about 1)`;
}
