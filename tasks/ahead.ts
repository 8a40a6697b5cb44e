import { startAhead } from '../src/external/broker-ahead.ts';
import { brokerScript } from './broker-script.ts';

/**
 * The broker that this step will probably need: whoever imports this first has it start while the
 * rest is loaded, which takes as long.
 */
export const waitingBroker = await startAhead(brokerScript, {
  refresh: ['false'],
  mode: ['native', 'static'],
});
