import type { Figure } from './figures.ts';

/**
 * What AzureCLI@3 costs, by measurements of another sitting (see `peers.ts`): its start in bare nodes,
 * what an agent downloads, its memory, and its CPU in seconds by its own rhythm of eight minutes.
 */
const azureCli = {
  bareNodes: 121,
  megabytes: 31.5,
  files: '14,965',
  memoryMiB: 80,
  cpuOfFourHours: 28,
} as const;

/** What somebody notices who runs the tasks, in plain units, beside AzureCLI@3; on the newest Node. */
export function feltRows(figures: readonly Figure[]): readonly (readonly string[])[] {
  const valueOf = (what: string, unit: Figure['unit']): number =>
    figures.find((one) => one.what === what && one.unit === unit && one.node !== '20')?.value
      .median ?? NaN;
  const bareMs = valueOf('bare node (B)', 'ms');
  return [
    ['what you notice', 'these tasks', 'AzureCLI@3'],
    [
      'a step that signs in, without the network',
      `${round(valueOf('wall: login', 'ms'))} ms`,
      `${seconds(azureCli.bareNodes * bareMs)} s, with its \`az\``,
    ],
    [
      'a step that joins the broker of its job',
      `${round(valueOf('wall: join', 'ms'))} ms`,
      `${seconds(azureCli.bareNodes * bareMs)} s: it signs in again`,
    ],
    [
      'what an agent downloads for a new version',
      `${(valueOf('FederatedLogin: zipped', 'kB') / 1000).toFixed(1)} MB in 6 files`,
      `${azureCli.megabytes} MB in ${azureCli.files} files`,
    ],
    [
      'memory, for as long as the job runs',
      `${round(valueOf('broker at rest, three connections: RSS', 'MiB'))} MiB`,
      `${azureCli.memoryMiB} MiB with \`keepAzSessionActive\`, while its own step runs`,
    ],
    [
      'processor, in a job of four hours',
      `${valueOf(cpuOfFourHours, 's').toFixed(1)} s`,
      `about ${azureCli.cpuOfFourHours} s with \`keepAzSessionActive\``,
    ],
  ];
}

/** The name of the figure of budget 13. */
export const cpuOfFourHours = 'CPU of a job of four hours';

function round(value: number): string {
  return value.toFixed(0);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
