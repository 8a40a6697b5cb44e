// Plays Azure CLI, PowerShell or git: notes how it was started, and says what the real one would.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [script, name, ...words] = process.argv.slice(1);
const folder = join(dirname(script), 'runs');
const input = name === 'pwsh' ? readFileSync(0, 'utf8') : '';
mkdirSync(folder, { recursive: true });
writeFileSync(
  join(folder, `${name}-${Date.now()}-${process.pid}.json`),
  JSON.stringify({ name, arguments: words, environment: process.env, input }),
);
if (name === 'az') console.log(readFileSync(join(dirname(script), 'accounts.json'), 'utf8'));
if (name === 'git') console.log('git version 2.47.0.windows.1');
