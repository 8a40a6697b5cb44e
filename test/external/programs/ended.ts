import { ownProcess } from '../../../src/external/broker/own-process.ts';

/** Waits as the background process does, and says so when it is asked to end. */
process.stdout.write('ready\n');
const waiting = setInterval(() => undefined, 1_000);
ownProcess.terminated.addEventListener('abort', () => {
  process.stdout.write('cleaned up\n');
  clearInterval(waiting);
});
