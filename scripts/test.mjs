// npm test: installs, packs, and runs every check and test.
//
//   npm test -- --grep "the report"   only tests whose titles hold these words
//   npm test -- --suite unit,docs     only these suites (see scripts/suites.mjs), without lint and types
//   npm run soak                      the suite that npm test leaves out, since it takes long
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { ensureInstalled, root } from './installed.mjs';
import { suites } from './suites.mjs';

const { values: options } = parseArgs({
  options: { grep: { type: 'string' }, suite: { type: 'string' } },
});
const wanted = options.suite?.split(',') ?? Object.keys(suites).filter((name) => suites[name].lane);
const unknown = wanted.filter((name) => suites[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `There is no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}.`,
  );
  process.exit(2);
}

ensureInstalled();
const binary = (name) => `node_modules/${name}`;
const quickChecks = [
  ['format', [binary('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['types', [binary('typescript/bin/tsc'), '-p', 'tsconfig.json']],
  ['types of the tab', [binary('typescript/bin/tsc'), '-p', 'tab/tsconfig.json']],
];
const builds = [
  ['package', ['scripts/package.mjs']],
  ['wif', ['scripts/build-cli.mjs']],
];
const isWhole = options.grep === undefined && options.suite === undefined;
// The slowest check has one processor for itself, and the suites need not wait for its end.
const slowCheck = ['lint', [binary('eslint/bin/eslint.js'), '.', '--max-warnings', '0']];
let checksPass = true;
const judge = (passed) => {
  checksPass &&= passed;
};
const lint = runChain(isWhole ? [slowCheck] : []).then(judge);
judge(await runChain([...(isWhole ? quickChecks : []), ...builds]));

const lanes = grouped(wanted);
const results = (await Promise.all([...lanes.values()].map(runLane))).flat();
await lint;
if (!checksPass) {
  console.log('\nA check has failed: see above.');
  process.exit(1);
}
const failures = results.filter(({ status }) => status !== 0);
// Again, because the end of a long log is what people look at.
for (const { title, report } of failures) console.log(`\n── ${title}: failed\n${report}`);
console.log(`\n${results.map(({ title, took }) => `${took.padStart(6)}  ${title}`).join('\n')}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(failures.length === 0 ? 0 : 1);

/** The wanted suites by lane. */
function grouped(names) {
  const lanes = new Map();
  for (const name of names) {
    const lane = suites[name].lane ?? 1;
    lanes.set(lane, [...(lanes.get(lane) ?? []), name]);
  }
  return lanes;
}

/** Runs commands one after the other until one fails. @returns whether none did. */
async function runChain(chain) {
  for (const [title, command] of chain) {
    const began = Date.now();
    const { output, status } = await ran(command);
    console.log(`\n── ${title}\n${output}   ${seconds(began)}`);
    if (status !== 0) return false;
  }
  return true;
}

/**
 * Runs suites one after the other, but none once a check has failed; each shows its output when it is
 * done, so that lanes do not mix.
 */
async function runLane(names) {
  const results = [];
  for (const name of names) {
    if (!checksPass) break;
    const { title, ...suite } = suites[name];
    console.log(`── ${title}: running …`);
    const began = Date.now();
    const { output, ...result } = await mocha(suite);
    console.log(`\n── ${title}\n${output}`);
    results.push({ title, took: seconds(began), ...result });
  }
  return results;
}

function seconds(began) {
  return `${Math.round((Date.now() - began) / 1_000)} s`;
}

/** Runs one suite; counts and failures are from mocha's own closing lines. */
async function mocha({ files, jobs }) {
  const mochaOptions = [
    // A machine may be five times slower than the one on which the tests were written.
    ...['--timeout', '120000'],
    // A test that failed may still wait for something; the run goes on.
    '--exit',
    // The counts are read from the output, also where FORCE_COLOR is set.
    '--no-color',
    ...(jobs === undefined ? [] : ['--parallel', '--jobs', String(jobs)]),
    ...(options.grep === undefined ? [] : ['--fgrep', options.grep]),
  ];
  const specs = [files].flat().flatMap((spec) => ['--spec', spec]);
  const words = [binary('mocha/bin/mocha.js'), ...mochaOptions, ...specs];
  const { output, status } = await ran(words);
  const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  const failed = status === 0 ? count('failing') : Math.max(count('failing'), 1);
  const report = /^.*\d+ failing[^]*/m.exec(output)?.[0] ?? `mocha ended with ${status}`;
  return { passed: count('passing'), failed, status, report, output };
}

/** Runs a program of Node's with these words; resolves with all that it wrote, and its exit code. */
function ran(words) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const take = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('close', (status) => resolve({ output, status }));
  });
}
