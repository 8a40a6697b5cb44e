// npm run test:windows: installs Wine and Node for Windows into the cache, packs, and plays the main
// flows on each system that is here: Linux, Windows in Wine, and an agent that hunts as on macOS. On a
// real Windows or macOS host it plays them there.
import { ensureInstalled, run } from './installed.mjs';

ensureInstalled();
run(process.execPath, ['--import', 'tsx', 'test/windows/prepare.ts']);
run(process.execPath, ['scripts/package.mjs']);
run(process.execPath, ['--import', 'tsx', 'test/windows/run.ts']);
