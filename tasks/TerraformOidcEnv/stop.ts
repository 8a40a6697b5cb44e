import { runFinish } from '../wiring.ts';

runFinish();
