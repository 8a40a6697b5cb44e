// A step that fails while it is still loaded, after it has begun a process that waits for it.
import { fileURLToPath } from 'node:url';
import { logWhatNobodyCatches, type Weight } from '../../../src/external/agent/uncaught.ts';
import { startAhead } from '../../../src/external/session/head-start.ts';

const [weight = '', when = ''] = process.argv.slice(2);
function fail(): never {
  throw new RangeError('hidden ##vso[task.complete]text');
}

logWhatNobodyCatches(weight as Weight);
await startAhead(fileURLToPath(new URL('waiting.mjs', import.meta.url)), {});
if (when === 'later') setTimeout(fail, 50);
else if (when === 'unhandled') void Promise.reject(new RangeError('hidden'));
else fail();
