import { mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LaidOutPowerShell } from '../e2e/support/power-shell.ts';
import { aConnection } from './agent-step.ts';
import type { Bench } from './bench.ts';
import type { Command } from './command.ts';
import { figure, type Figure } from './figures.ts';
import { plan, type NodeRelease } from './settings.ts';
import { once, rounds } from './start-up.ts';
import { ratios } from './statistics.ts';
import { taskCommand } from './task.ts';
import { newTempFolder } from './world.ts';

/**
 * Budget 15: FederatedLogin that signs in whatever is there, with a PowerShell on the path and without.
 * It has no module, as on each Microsoft-hosted agent, and any start of it would be seen.
 */
export async function powerShell(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(plan.folder, 'pwsh-'));
  try {
    const pwsh = new LaidOutPowerShell(folder);
    const step = (front: readonly string[]) => (): Command => {
      const run = {
        task: 'FederatedLogin',
        connection: aConnection(),
        inputs: { ...once, tools: 'auto' },
        temp: newTempFolder(),
      } as const;
      const command = taskCommand(run, node, bench.extension, bench.azure);
      const { PATH = '' } = command.environment;
      const environment = { ...command.environment, PATH: [...front, PATH].join(delimiter) };
      return { ...command, environment };
    };
    const runners = [
      { name: 'without', command: step([]) },
      { name: 'with', command: step([pwsh.bin]) },
    ];
    // Two that cost the same take more rounds to be told apart.
    const walls = await rounds(runners, 2 * plan.rounds, bench);
    if (pwsh.starts.length > 0) throw new Error('PowerShell was started, which has no module.');
    const of = (name: string): readonly number[] => walls.get(name) ?? [];
    const by = { node: node.major } as const;
    return [
      figure(
        {
          ...{
            budget: 15,
            what: 'FederatedLogin, tools: auto, with a PowerShell without Az',
            ...by,
          },
          ...{ unit: 'x', to: 'one without a PowerShell', limit: 1.05 },
        },
        ratios(of('with'), of('without')),
      ),
      figure({ what: 'wall: tools: auto, with a PowerShell', ...by, unit: 'ms' }, of('with')),
      figure({ what: 'wall: tools: auto, without one', ...by, unit: 'ms' }, of('without')),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
