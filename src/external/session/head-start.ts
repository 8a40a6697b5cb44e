import { existsSync } from 'node:fs';
import { stateDirectoryIn } from '../../delivery/files/state-directory.ts';
import type { EarlyConnection } from '../upstream/early-connection.ts';
import type { WaitingBroker } from './broker-launcher.ts';

/** What a step waits for longest. */
export type Need = 'broker' | 'Azure DevOps' | 'nothing';

/** Values of inputs with which it is not the broker. */
export type OtherNeeds = Readonly<Record<string, Readonly<Record<string, Need>>>>;

/** What has been begun. */
export interface HeadStart {
  readonly broker?: WaitingBroker;
  readonly azureDevOps?: EarlyConnection | undefined;
}

/**
 * Begins what a step will wait for before anything else is loaded: the background process, unless one
 * runs in this job already, or the connection to Azure DevOps. A guess by what the inputs say: what
 * they really mean is read later, and what nobody needs is let go.
 */
export async function startAhead(script: string, otherNeeds: OtherNeeds): Promise<HeadStart> {
  const tempDirectory = process.env['AGENT_TEMPDIRECTORY'] ?? '';
  if (tempDirectory === '') return {};
  const need = needOf(otherNeeds);
  if (need === 'Azure DevOps') {
    const { dialAzureDevOps } = await import('../upstream/azure-devops.ts');
    const azureDevOps = dialAzureDevOps();
    await azureDevOps?.begun;
    return { azureDevOps };
  }
  if (need === 'nothing' || existsSync(stateDirectoryIn(tempDirectory).stateFile)) return {};
  const launcher = await import('./broker-launcher.ts');
  return { broker: new launcher.WaitingBroker(script) };
}

function needOf(otherNeeds: OtherNeeds): Need {
  for (const [input, needs] of Object.entries(otherNeeds)) {
    const value = (process.env[`INPUT_${input.toUpperCase()}`] ?? '').trim().toLowerCase();
    const need = needs[value];
    if (need !== undefined) return need;
  }
  return 'broker';
}
