// First: before anything of ours is loaded, no signal or variable may weaken this process.
import '../../src/external/machine/hardening.ts';
import { logWhatNobodyCatches } from '../../src/external/agent/uncaught.ts';
import { startAhead } from '../../src/external/session/head-start.ts';
import { brokerScript } from './broker-script.ts';

logWhatNobodyCatches('failure');

/**
 * What this step will wait for longest: whoever imports this first has it begin while the rest is
 * loaded, which takes as long.
 */
export const headStart = await startAhead(brokerScript, {
  refresh: { false: 'Azure DevOps' },
  mode: { native: 'nothing', static: 'Azure DevOps' },
});
