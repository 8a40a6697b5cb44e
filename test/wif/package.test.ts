import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import { describeWith } from '../support/needs.ts';

const root = join(import.meta.dirname, '..', '..');
const repository = 'https://example.com/contoso/tasks';
const name = 'azure-pipelines-workload-identity';

interface Manifest {
  readonly name: string;
  readonly repository: unknown;
  readonly keywords: readonly string[];
  readonly bin: unknown;
  readonly license: string;
  readonly dependencies?: unknown;
}

describeWith('npm', 'The package of wif for a registry', () => {
  let folder: string;
  let empty: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'package-'));
    empty = join(folder, 'empty');
    mkdirSync(empty);
    const packing = [join(root, 'scripts', 'package-wif.mjs'), '--repository', repository];
    run(process.execPath, [...packing, '--output', folder]);
    writeFileSync(join(empty, 'package.json'), '{}');
    const file = readdirSync(folder).find((one) => one.endsWith('.tgz'));
    assert.equal(file, `${name}-${version}.tgz`);
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, file)]);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Runs a program in the empty folder, with a cache of its own; its output. */
  function run(program: string, words: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync(program, words, {
      cwd: empty,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        npm_config_cache: join(folder, 'cache'),
      },
    });
    assert.equal(status, 0, `${program} ${words.join(' ')}\n${stderr}`);
    return stdout;
  }
  const installed = (...path: string[]): string =>
    readFileSync(join(empty, 'node_modules', name, ...path), 'utf8');

  it('runs with npx in a folder where it is installed', () => {
    const npx = ['--no', '--offline', '--package', name, 'wif'];
    assert.equal(run('npx', [...npx, '--version']).trim(), version);
    assert.match(run('npx', [...npx, 'list', '--help']), /Permissions \(least\):/);
  });

  it('tells the registry whose it is, what it is and where its code is', () => {
    const manifest = JSON.parse(installed('package.json')) as Manifest;
    assert.equal(manifest.name, name);
    assert.deepEqual(manifest.bin, { wif: 'wif.mjs' });
    assert.equal(manifest.license, 'MIT');
    assert.ok(manifest.keywords.includes('azure-devops'));
    assert.deepEqual(manifest.repository, {
      type: 'git',
      url: `git+${repository}.git`,
      directory: 'wif',
    });
    assert.equal(manifest.dependencies, undefined, 'there is nothing to install beside it');
  });

  it('has a page whose links lead somewhere, with its licences', () => {
    const page = installed('README.md');
    assert.ok(page.includes(`npx --package ${name} wif list`));
    const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target);
    assert.ok(targets.length >= 2);
    for (const target of targets)
      assert.ok(target.startsWith(`${repository}/blob/HEAD/docs/`), target);
    assert.match(installed('LICENSE'), /MIT/);
    assert.match(installed('THIRD-PARTY-NOTICES.txt'), /@azure\/identity/);
    assert.ok(installed('docs', 'WIF.md').includes('(MIGRATION.md)'));
  });

  it('is not made without an address at which people read the repository', () => {
    const links = ['contoso/tasks', 'https://dev.azure.com/contoso/shop/_git/tasks'];
    for (const words of [[], ...links.map((link) => ['--repository', link])]) {
      const packing = [join(root, 'scripts', 'package-wif.mjs'), ...words, '--output', folder];
      const { status, stderr } = spawnSync(process.execPath, packing, { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, /--repository https/);
      assert.doesNotMatch(stderr, /^ +at /m);
    }
  });
});
