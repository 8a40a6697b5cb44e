// npm run side-by-side: installs versions of Azure CLI into the cache, packs, and compares what each of them
// says and does in our sessions with what it does after az login. With --ends: the oldest and the newest only.
import { ensureInstalled, run } from './installed.mjs';

const begun = performance.now();
const ends = process.argv.includes('--ends') ? ['--ends'] : [];
ensureInstalled();
run(process.execPath, ['--import', 'tsx', 'test/side-by-side/install-versions.ts', ...ends]);
run(process.execPath, ['scripts/package.mjs']);
run(process.execPath, ['--import', 'tsx', 'test/side-by-side/run.ts', ...ends]);
console.log(`It took ${((performance.now() - begun) / 60_000).toFixed(1)} minutes.`);
