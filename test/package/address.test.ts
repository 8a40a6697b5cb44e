import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aConnection, stepEnvironment } from '../bench/agent-step.ts';
import { leadsSomewhere, linksOf } from '../support/markdown.ts';
import {
  fileOf,
  openPackage,
  repository,
  taskManifest,
  taskNames,
  textOf,
  type PackedExtension,
} from './packed-extension.ts';

const address = 'https://example.com/contoso/workload-identity';
const documents = `${address}/blob/HEAD/`;

describe('A package that knows its address', function () {
  this.timeout(120_000);
  let folder: string;
  let extension: PackedExtension;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'address-'));
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        join(repository, 'scripts', 'package.mjs'),
        ...['--repository', `${address}.git`, '--publisher', 'contoso'],
        ...['--build', join(folder, 'build'), '--output', join(folder, 'dist')],
      ],
      { encoding: 'utf8' },
    );
    // The script fails on any warning of tfx.
    assert.equal(status, 0, stderr);
    extension = openPackage(join(folder, 'dist'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('leads only to documents and headings of this repository', () => {
    const texts = [...extension.files]
      .filter(([path]) => /\.(md|json|mjs|vsixmanifest)$/.test(path))
      .map(([, { content }]) => content.toString('utf8'));
    const targets = texts
      .flatMap((text) => [...text.matchAll(/https:\/\/example\.com\/contoso\/[^\s"')<>]+/g)])
      .map(([url]) => url)
      .filter((url) => url.startsWith(documents))
      .map((url) => url.slice(documents.length));
    assert.ok(targets.length > 20, String(targets.length));
    const dead = targets.filter((target) => !leadsSomewhere('README.md', target));
    assert.deepEqual(dead, []);
  });

  it('has no link on its page that leads into the package for a file that is not there', () => {
    const inside = linksOf(textOf(extension, 'README.md')).filter(
      (target) => !/^(#|https:)/.test(target),
    );
    assert.deepEqual(
      inside.filter((target) => !extension.files.has(target)),
      [],
    );
  });

  it('tells the marketplace where repository, support, issues and privacy are', () => {
    const manifest = textOf(extension, 'extension.vsixmanifest');
    const linkOf = (name: string): string | undefined =>
      new RegExp(`Services\\.Links\\.${name}" Value="([^"]+)"`).exec(manifest)?.[1];
    assert.equal(linkOf('GitHub'), address);
    assert.equal(linkOf('Issues'), `${address}/issues`);
    assert.equal(linkOf('Support'), `${documents}docs/SUPPORT.md#support`);
    assert.equal(linkOf('Getstarted'), `${documents}docs/EXAMPLES.md`);
    assert.equal(linkOf('Privacypolicy'), `${documents}docs/SUPPORT.md#telemetry-and-privacy`);
  });

  it('gives each task a page to read on, also in the help that the agent prints', () => {
    for (const task of taskNames) {
      const { helpUrl, helpMarkDown } = taskManifest(extension, task);
      assert.equal(helpUrl, `${documents}docs/REFERENCE.md#${task.toLowerCase()}1`);
      assert.ok(helpMarkDown.endsWith(` [Read more](${helpUrl})`), helpMarkDown);
    }
  });

  it('ends a failure with the heading to read', () => {
    const temp = join(folder, 'temp');
    mkdirSync(temp);
    const program = join(folder, 'index.mjs');
    writeFileSync(program, fileOf(extension, 'FederatedLogin/index.mjs').content);
    const inputs = { tools: 'no-such-tool' };
    const { stdout } = spawnSync(process.execPath, [program], {
      env: stepEnvironment(temp, aConnection(), inputs),
      encoding: 'utf8',
    });
    const heading = `${documents}docs/TROUBLESHOOTING.md#input_invalid`;
    assert.ok(stdout.includes(` Read on: ${heading} (INPUT_INVALID)`), stdout);
  });
});

describe('A package that does not know its address', () => {
  const extension = openPackage();

  it('names no document on its page that is not in the package', () => {
    const page = textOf(extension, 'README.md');
    const named = [...page.matchAll(/[\w./-]+\.md\b/g)].map(([path]) => path);
    assert.deepEqual(
      named.filter((path) => !extension.files.has(path)),
      [],
    );
    assert.ok(
      linksOf(page).every((target) => /^(#|https:)/.test(target) || extension.files.has(target)),
    );
  });

  it('names no document in what the tasks say of themselves, and no page to read on', () => {
    for (const task of taskNames) {
      assert.doesNotMatch(textOf(extension, `${task}/task.json`), /\w\.md\b|helpUrl/);
    }
  });

  it('names no document in its list of changes', () => {
    assert.doesNotMatch(textOf(extension, 'CHANGELOG.md'), /\w\.md\b/);
  });
});
