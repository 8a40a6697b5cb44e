import type { RouteName } from './journal.ts';
import type { EmulatorRequest, EmulatorResponse } from './message.ts';
import type { World } from './world.ts';

/** A pure answer to a request. */
export type Handler = (
  request: EmulatorRequest,
  world: World,
) => EmulatorResponse | Promise<EmulatorResponse>;

/** A path of a service, and who answers there. */
export interface Route {
  readonly name: RouteName;
  readonly pattern: RegExp;
  readonly handle: Handler;
}
