// First: before anything of ours is loaded, no signal or variable may weaken this process.
import '../../src/external/machine/hardening.ts';
import { runFinish } from '../shared/wiring.ts';

runFinish();
