// npm test: installs, packs, and runs every check and test, in the order of their price.
import { spawn } from 'node:child_process';
import { ensureInstalled, root, run } from './installed.mjs';

const suites = [
  ['unit tests', 'test/unit/**/*.test.ts'],
  ['tests of the documents', 'test/docs/**/*.test.ts'],
  ['tests of the package', 'test/package/**/*.test.ts'],
  ['tests of the outside', 'test/external/**/*.test.ts'],
  ['tests of the harness', 'test/harness/**/*.test.ts'],
  ['tests of the command line', 'test/wif/**/*.test.ts'],
  ['end-to-end tests', 'test/e2e/**/*.test.ts'],
];

ensureInstalled();
const binary = (name) => `node_modules/${name}`;
const steps = [
  ['lint', [binary('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  ['format', [binary('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['types', [binary('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['package', ['scripts/package.mjs']],
  ['command line', ['scripts/build-cli.mjs']],
];
for (const [title, command] of steps) {
  console.log(`\n── ${title}`);
  run(process.execPath, command);
}

const total = { passed: 0, failed: 0 };
const failures = [];
for (const [title, files] of suites) {
  console.log(`\n── ${title}`);
  const { passed, failed, status, report } = await mocha(files);
  total.passed += passed;
  total.failed += status === 0 ? failed : Math.max(failed, 1);
  if (status !== 0) failures.push(`\n── ${title}: failed\n${report}`);
}
// Again, because the end of a long log is what people look at.
for (const failure of failures) console.log(failure);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs one suite with its output shown; counts and failures are from mocha's own closing lines. */
function mocha(files) {
  const options = [
    // A machine may be five times slower than the one on which the tests were written.
    ...['--timeout', '120000'],
    // A test that failed may still wait for something; the run goes on.
    '--exit',
    // The counts are read from the output, also where FORCE_COLOR is set.
    '--no-color',
  ];
  return new Promise((resolve) => {
    const words = [binary('mocha/bin/mocha.js'), ...options, '--spec', files];
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.on('close', (status) => {
      const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
      const report = /^.*\d+ failing[^]*/m.exec(output)?.[0] ?? `mocha ended with ${status}`;
      resolve({ passed: count('passing'), failed: count('failing'), status, report });
    });
  });
}
