// Packs wif for a registry: one file in dist/, with everything that its page there needs.
//
//   npm run package:wif -- --repository <https address> [--output <folder>]
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addressOf } from './address.mjs';
import { ensureInstalled } from './installed.mjs';

const { values: options } = parseArgs({
  options: { repository: { type: 'string' }, output: { type: 'string' } },
});
const root = join(import.meta.dirname, '..');
const output = resolve(options.output ?? join(root, 'dist'));

if (!isAddress(options.repository)) {
  console.error(
    'Say where people read the repository: npm run package:wif -- --repository https://…',
  );
  process.exit(2);
}
ensureInstalled();
const staged = await mkdtemp(join(tmpdir(), 'package-wif-'));
try {
  await mkdir(output, { recursive: true });
  const where = ['--repository', options.repository, '--output', join(staged, 'wif')];
  run(process.execPath, [join(import.meta.dirname, 'build-cli.mjs'), ...where]);
  run('npm', ['pack', join(staged, 'wif'), '--pack-destination', output]);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await rm(staged, { recursive: true, force: true });
}

function run(program, words) {
  const isWindows = process.platform === 'win32';
  const { status } = spawnSync(program, words, {
    stdio: 'inherit',
    // On Windows npm is a script of the shell; the words hold no names of other people.
    shell: isWindows && program === 'npm',
  });
  if (status !== 0) throw new Error(`${program} failed; nothing was packed.`);
}

/** Whether links can lead there; says why not. */
function isAddress(text) {
  try {
    return addressOf(text) !== undefined;
  } catch (error) {
    console.error(error.message);
    return false;
  }
}
