// npm run conformance: installs real clients into the cache, packs, and drives them past the end of their tokens.
import { ensureInstalled, run } from './installed.mjs';

ensureInstalled();
run(process.execPath, ['--import', 'tsx', 'test/conformance/install-clients.ts']);
run(process.execPath, ['scripts/package.mjs']);
run(process.execPath, ['--import', 'tsx', 'test/conformance/run.ts']);
