// Runs Azurite's blob service until whoever holds the other end of standard input is gone: an open
// pipe is the one sign of life that also a killed parent cannot leave behind.
import { createRequire } from 'node:module';

process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();

createRequire(import.meta.url)('azurite/dist/src/blob/main.js');
