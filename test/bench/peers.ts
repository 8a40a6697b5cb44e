/**
 * What other tasks cost, by our own measurements of them on another sitting (Node 24, Linux):
 * start-up in bare nodes, memory in MiB.
 */
export interface Peer {
  readonly name: string;
  readonly value: number;
}

export const startUpPeers: readonly Peer[] = [
  { name: 'Set Variable v3 (no cloud at all)', value: 1.9 },
  { name: 'TerraformTask@5, init', value: 5.4 },
  { name: 'AzureCLI@3, with an az that costs nothing', value: 7.5 },
  { name: 'AzureCLI@3, with the real az', value: 121 },
];

export const memoryPeers: readonly Peer[] = [
  { name: 'AzureCLI@3 that keeps its session', value: 80 },
  { name: 'a node server after 20,000 requests', value: 131 },
];
