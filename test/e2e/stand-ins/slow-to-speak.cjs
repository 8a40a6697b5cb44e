// Loaded into a step before its program: plays an agent that takes the first line of a step only
// when a certain file is there.
const { existsSync, writeSync } = require('node:fs');

const file = process.env.SPEAKS_WHEN_THERE_IS;
const patienceMs = 60_000;
const write = process.stdout.write;

process.stdout.write = function (...what) {
  process.stdout.write = write;
  const giveUpAt = Date.now() + patienceMs;
  while (!existsSync(file)) {
    if (Date.now() > giveUpAt) {
      writeSync(2, `What this step waits for did not happen: ${file}\n`);
      process.exit(1);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
  return write.apply(this, what);
};
