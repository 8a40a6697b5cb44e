// npm run demo: installs, builds, packs, and plays a four-hour job in about a minute.
import { ensureInstalled, run } from './installed.mjs';

ensureInstalled();
run(process.execPath, ['scripts/package.mjs']);
run(process.execPath, ['--import', 'tsx', 'scripts/demo-job.ts']);
