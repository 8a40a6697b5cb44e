import { azureCli } from './azure-cli.ts';
import type { Bench } from './bench.ts';
import { brokerAtRest } from './broker-at-rest.ts';
import { latency, memoryUnderLoad } from './broker-under-load.ts';
import type { Figure } from './figures.ts';
import { growth, type GrowthPoint } from './growth.ts';
import { packageSize } from './package-size.ts';
import { writePage } from './page.ts';
import { powerShell } from './power-shell.ts';
import { printTable, printTitle } from './report.ts';
import { Residents } from './resident.ts';
import { nodes, plan, type NodeRelease } from './settings.ts';
import { coldStart, startUp } from './start-up.ts';
import { parallelCallers, upstreamAnHour } from './upstream-requests.ts';
import { Azure, unpackExtension } from './world.ts';

type Measurement = (bench: Bench, node: NodeRelease) => Promise<readonly Figure[]>;

/** What is measured on each Node while the residents live. */
const parts: readonly (readonly [name: string, measure: Measurement])[] = [
  ['start-up', startUp],
  ['rest', brokerAtRest],
  ['load', memoryUnderLoad],
  ['latency', latency],
  ['callers', parallelCallers],
  ['azure-cli', azureCli],
  ['power-shell', powerShell],
];

const begun = performance.now();
const bench = { azure: await Azure.open(), extension: unpackExtension() };
try {
  await measureAll();
} finally {
  bench.azure.close();
}

async function measureAll(): Promise<void> {
  const figures: Figure[] = isWanted('counts')
    ? [...packageSize(bench), ...(await upstreamAnHour())]
    : [];
  // First, while no process of these releases lives: what it runs from would stay in the cache.
  figures.push(...(await onEachNode('cold', coldStart)));
  const residents = isWanted('resident') ? await Residents.moveIn(bench) : undefined;
  for (const [name, measure] of parts) figures.push(...(await onEachNode(name, measure)));
  const curves = await curvesOfGrowth();
  figures.push(...((await residents?.moveOut()) ?? []));
  printTable(figures, curves);
  const minutes = (performance.now() - begun) / 60_000;
  console.log(`\nMeasured in ${minutes.toFixed(1)} minutes.`);
  if (plan.writesPage) await writePage({ figures, curves, minutes });
}

async function onEachNode(name: string, measure: Measurement): Promise<readonly Figure[]> {
  if (!isWanted(name)) return [];
  const figures: Figure[] = [];
  for (const node of nodes) {
    printTitle(`${name}, Node ${node.major}`);
    figures.push(...(await measure(bench, node)));
  }
  return figures;
}

/** On the newest Node alone: the curve is a matter of our code. */
async function curvesOfGrowth(): Promise<readonly GrowthPoint[]> {
  const [node] = nodes;
  if (node === undefined || !isWanted('growth')) return [];
  printTitle(`growth, Node ${node.major}`);
  return growth(bench, node);
}

function isWanted(part: string): boolean {
  return plan.part === undefined || plan.part === part;
}
