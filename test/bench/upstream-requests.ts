import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import { RunningBroker } from './broker.ts';
import { exact, type Figure } from './figures.ts';
import type { NodeRelease } from './settings.ts';
import { simulatedHour } from './simulated-hour.ts';

const callers = 100;
const simulated = 'an hour of the real broker on a clock of the tests';

/** Budget 11: callers at the same time, for a token that is not there or cannot be had. */
export async function parallelCallers(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const broker = await RunningBroker.start(bench, node, aConnection(1));
  const endpoints = broker.endpoints(aConnection(1));
  const askAll = async (resource: string): Promise<number> => {
    await bench.azure.visits();
    const all = Array.from({ length: callers }, () =>
      broker.askForAccessToken(endpoints, resource),
    );
    await Promise.all(all);
    return (await bench.azure.visits()).length;
  };
  const cold = await askAll('https://cold.example');
  await bench.azure.breakEntra(true);
  const failing = await askAll('https://failing.example');
  await bench.azure.breakEntra(false);
  await broker.stop();
  const by = { budget: 11, node: node.major, unit: '', limit: 1 } as const;
  return [
    exact({ ...by, what: `${callers} callers, cold: requests upstream` }, cold),
    exact({ ...by, what: `${callers} callers, failing: requests upstream` }, failing),
  ];
}

/** Budget 12: what one connection asks of Azure DevOps and Entra in an hour. */
export async function upstreamAnHour(): Promise<readonly Figure[]> {
  const { devops, entra } = await simulatedHour(1);
  const by = { budget: 12, unit: '', note: simulated } as const;
  return [
    exact({ ...by, what: 'Azure DevOps, an hour of one connection', limit: 32 }, devops),
    exact({ ...by, what: 'Entra, an hour of one scope in use', limit: 2 }, entra),
  ];
}
