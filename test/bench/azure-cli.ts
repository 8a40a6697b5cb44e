import { mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installAzureCli } from '../e2e/support/azure-cli-installations.ts';
import { oldestAndNewest } from '../side-by-side/versions.ts';
import type { Bench } from './bench.ts';
import type { Command } from './command.ts';
import { figure, type Figure } from './figures.ts';
import { plan, type NodeRelease } from './settings.ts';
import { once, rounds, withSubscription } from './start-up.ts';
import { ratios } from './statistics.ts';
import { taskCommand } from './task.ts';
import { newTempFolder } from './world.ts';

/**
 * FederatedLogin with Azure CLI, whose session it writes, beside FederatedLogin without any tool. There is
 * an installation of the newest version, of which a start would be seen.
 */
export async function azureCli(bench: Bench, node: NodeRelease): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(plan.folder, 'az-'));
  try {
    const [, newest] = oldestAndNewest;
    const { subscriptionId } = withSubscription;
    const az = installAzureCli(folder, "pip's virtual environment", newest, subscriptionId);
    const step = (tools: string) => (): Command => {
      const command = taskCommand(
        {
          task: 'FederatedLogin',
          connection: withSubscription,
          inputs: { ...once, tools },
          temp: newTempFolder(),
        },
        node,
        bench.extension,
        bench.azure,
      );
      const { PATH = '' } = command.environment;
      const environment = { ...command.environment, PATH: `${az.folder}${delimiter}${PATH}` };
      return { ...command, environment };
    };
    const runners = ['none', 'azureCli'].map((name) => ({ name, command: step(name) }));
    const walls = await rounds(runners, plan.rounds, bench);
    if (az.starts().length > 0) throw new Error(`Azure CLI was started: ${az.starts().join('; ')}`);
    const of = (name: string): readonly number[] => walls.get(name) ?? [];
    const by = { node: node.major } as const;
    return [
      figure(
        { what: 'FederatedLogin, tools: azureCli', ...by, unit: 'x', to: 'tools: none' },
        ratios(of('azureCli'), of('none')),
      ),
      figure({ what: 'wall: tools: azureCli', ...by, unit: 'ms' }, of('azureCli')),
      figure({ what: 'wall: tools: none', ...by, unit: 'ms' }, of('none')),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
