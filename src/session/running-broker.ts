import { isObject } from '../json-text.ts';
import type { BrokerState } from '../wire/broker-state.ts';
import type { ControlRoute } from '../wire/messages.ts';

/** A broker that runs already, reached through its control routes. */
export interface RunningBroker {
  /** Undefined when nobody answers there, or not as a broker would. */
  ask(route: ControlRoute, body: unknown): Promise<unknown>;
}

/** Where a broker is reached, and what opens its control routes. */
export type BrokerAddress = Pick<BrokerState, 'port' | 'controlCapability' | 'brokerId'>;

/** The way to the broker at an address. */
export type Reach = (address: BrokerAddress) => RunningBroker;

/**
 * Asks the broker of a state. Where it has died, anybody on the machine may have got its port and
 * with it the capability that we send, but not the broker's ID: an answer without that is none.
 */
export async function askBroker(
  state: BrokerAddress,
  route: ControlRoute,
  body: unknown,
  reach: Reach,
): Promise<unknown> {
  const answer = await reach(state).ask(route, body);
  return isObject(answer) && answer['brokerId'] === state.brokerId ? answer : undefined;
}
