import type { Desk } from './desk.ts';

/** What `wif connect` reports. */
export interface ConnectReport {
  readonly connection: { readonly id: string } | null;
  readonly steps: readonly {
    readonly title: string;
    readonly state: string;
    readonly detail: string;
  }[];
  readonly findings: readonly { readonly check: string; readonly state: string }[];
  readonly failure: {
    readonly code: string;
    readonly message: string;
    readonly command: string | null;
  } | null;
}

/** What became of each step. */
export function stepStates({ steps }: Pick<ConnectReport, 'steps'>): readonly string[] {
  return steps.map(({ state }) => state);
}

/** The requests that changed something. */
export function writesOf({ emulator }: Desk): readonly string[] {
  return emulator.journal.entries
    .filter(
      ({ method, route, status }) => method !== 'GET' && route !== 'entra-token' && status < 300,
    )
    .map(({ method, route }) => `${method} ${route}`);
}

/** The words of a command that connects a new managed identity, and the client ID of that. */
export function connectionWish({ emulator }: Desk): {
  readonly words: readonly string[];
  readonly clientId: string;
} {
  const { office, subscriptionId } = emulator;
  const { resourceId, clientId } = office.addManagedIdentity('shop', 'identities');
  const words = ['connect', '-p', 'shop', '--name', 'production', '--subscription', subscriptionId];
  return { words: [...words, '--identity', resourceId, '--role', 'Contributor'], clientId };
}
