// Runs a tool that starts another, as `az` starts its Python, and waits for it.
import { systemTools } from '../../../src/external/machine/tools.ts';

const [file = '', how = ''] = process.argv.slice(2);
const inner = `
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
require('node:fs').appendFileSync(process.argv[1], process.pid + '\\n');
setInterval(() => undefined, 1000);`;
const outer = `
require('node:fs').appendFileSync(process.argv[2], process.pid + '\\n');
require('node:child_process').spawn(process.execPath, ['-e', process.argv[1], process.argv[2]]);
setInterval(() => undefined, 1000);`;

if (how === 'exit') process.on('message', () => process.exit(7));
// As wif does at the first Ctrl-C: it lets what runs come to its end.
if (how === 'in order') process.once('SIGINT', () => process.send?.('heard'));
await systemTools.run({
  program: process.execPath,
  arguments: ['-e', outer, inner, file],
  environment: {},
  timeoutMs: 60_000,
});
