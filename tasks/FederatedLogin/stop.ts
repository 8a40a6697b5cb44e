import { runFinish } from '../shared/wiring.ts';

runFinish();
