import { existsSync } from 'node:fs';
import { stateDirectoryIn } from '../broker/state-directory.ts';
import type { WaitingBroker } from './broker-launcher.ts';

/** The values of inputs with which a step needs no broker. */
export type Unneeded = Readonly<Record<string, readonly string[]>>;

/**
 * Starts the background process before anything else is loaded, unless an input says that it is not
 * needed, or one runs in this job already. A guess, which saves half of the time until it is ready:
 * what the inputs really mean is read later, and a process that nobody needs is let go.
 */
export async function startAhead(
  script: string,
  unneeded: Unneeded,
): Promise<WaitingBroker | undefined> {
  const tempDirectory = process.env['AGENT_TEMPDIRECTORY'] ?? '';
  const isUnneeded = Object.entries(unneeded).some(([input, values]) =>
    values.includes((process.env[`INPUT_${input.toUpperCase()}`] ?? '').trim().toLowerCase()),
  );
  if (tempDirectory === '' || isUnneeded) return undefined;
  if (existsSync(stateDirectoryIn(tempDirectory).stateFile)) return undefined;
  const launcher = await import('./broker-launcher.ts');
  return new launcher.WaitingBroker(script);
}
