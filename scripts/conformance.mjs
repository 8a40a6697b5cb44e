// npm run conformance: installs real clients into the cache, packs, and drives them past the end of their tokens.
import { ensureInstalled, run } from './installed.mjs';

const begun = performance.now();
ensureInstalled();
run(process.execPath, ['--import', 'tsx', 'test/conformance/install-clients.ts']);
run(process.execPath, ['scripts/package.mjs']);
run(process.execPath, ['--import', 'tsx', 'test/conformance/run.ts']);
// It may take 20 minutes from nothing, and 6 with a full cache.
console.log(
  `It took ${((performance.now() - begun) / 60_000).toFixed(1)} minutes, with all that was installed.`,
);
