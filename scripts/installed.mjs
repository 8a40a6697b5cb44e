// Lets every command run on a fresh clone: installs the locked packages where they are missing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** Runs `npm ci` unless the packages that the lock file names are there already. */
export function ensureInstalled() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const wanted = lock.digest('hex');
  const mark = join(root, 'node_modules', '.installed-from');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  console.log('Installing the locked packages …');
  // What builds and tests is needed also where NODE_ENV says production.
  const words = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  for (let attempt = 1; ended('npm', words) !== 0; attempt += 1) {
    if (attempt === attempts) process.exit(1);
    console.log('npm did not come through. Again …');
  }
  writeFileSync(mark, wanted);
}

/** A registry that fails once is no reason to give up; one that fails as often is. */
const attempts = 3;

/** Runs a command in the repository with its output shown; ends this process when it fails. */
export function run(command, commandArguments, environment = {}) {
  const status = ended(command, commandArguments, environment);
  if (status !== 0) process.exit(status ?? 1);
}

/** The exit code of a command; none where a signal has ended it. */
function ended(command, commandArguments, environment = {}) {
  const isWindows = process.platform === 'win32';
  const { status, error } = spawnSync(command, commandArguments, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    // npm is a script there, which needs a shell; nothing but fixed words is passed to it.
    shell: isWindows && command === 'npm',
  });
  if (error !== undefined) throw error;
  return status;
}
