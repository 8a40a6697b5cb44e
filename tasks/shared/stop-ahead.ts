// First: before anything of ours is loaded, no signal or variable may weaken this process.
import '../../src/external/machine/hardening.ts';
import { logWhatNobodyCatches } from '../../src/external/agent/uncaught.ts';

logWhatNobodyCatches('warning');
