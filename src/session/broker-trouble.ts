import { FederationError } from '../errors.ts';
import type { Waiting } from '../upstream/retry-policy.ts';
import { readStandstill } from '../wire/report.ts';
import type { JoinWorld, Surroundings } from './join.ts';
import { findState } from './own-state.ts';
import { askBroker } from './running-broker.ts';

/**
 * What keeps a connection waiting in the broker, by its own account; undefined while nothing does, or
 * nobody can say.
 */
export async function troubleInBroker(
  connectionId: string,
  surroundings: Surroundings,
  world: JoinWorld,
): Promise<Waiting | undefined> {
  try {
    const state = await findState(surroundings, world);
    if (state === undefined) return undefined;
    const standstill = readStandstill(
      await askBroker(state, 'status', {}, world.reach),
      connectionId,
    );
    if (standstill === undefined) return undefined;
    return { failure: new FederationError(standstill.failure), until: new Date(standstill.until) };
  } catch {
    return undefined;
  }
}
