// First: it also catches what fails while the rest is loaded.
import '../shared/stop-ahead.ts';
import { runFinish } from '../shared/wiring.ts';

runFinish();
