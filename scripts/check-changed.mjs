// Checks format and lint of the files that the next commit changes; the pre-commit hook runs it.
import { spawnSync } from 'node:child_process';
import { root, run } from './installed.mjs';

const { stdout } = spawnSync('git', ['diff', '--cached', '--name-only', '--diff-filter=ACMR'], {
  cwd: root,
  encoding: 'utf8',
});
const changed = stdout.split('\n').filter((name) => name !== '');
const linted = changed.filter((name) => name.endsWith('.ts'));
const prettier = ['node_modules/prettier/bin/prettier.cjs', '--check', '--ignore-unknown'];
if (changed.length > 0) run(process.execPath, [...prettier, ...changed]);
const eslint = ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0'];
if (linted.length > 0) run(process.execPath, [...eslint, ...linted]);
