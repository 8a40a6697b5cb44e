import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  fileOf,
  maxDownload,
  openPackage,
  repository,
  taskNames,
  textOf,
} from './packed-extension.ts';

const filesOfTask = [
  'azure.mjs',
  'broker.mjs',
  'icon.png',
  'index.mjs',
  'stop.mjs',
  'task.json',
] as const;
const sharedFiles = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'THIRD-PARTY-NOTICES.txt',
  '[Content_Types].xml',
  'bom.cdx.json',
  'extension.vsixmanifest',
  'extension.vsomanifest',
  'tab/index.html',
  'tab/tab.js',
];
const kilobyte = 1000;

/** Of CycloneDX, what is looked at here. */
interface BillOfMaterials {
  readonly bomFormat: string;
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes: readonly unknown[];
    readonly licenses: readonly unknown[];
  }[];
}

describe('The packed extension', () => {
  const extension = openPackage();
  const paths = [...extension.files.keys()];
  const pictures = paths.filter((path) => path.startsWith('images/'));
  const addressable = [
    ...textOf(extension, 'extension.vsixmanifest').matchAll(
      /<Asset [^>]*Path="([^"]+)" Addressable="true"/g,
    ),
  ].map(([, path = '']) => path);
  const bundles = paths.filter((path) => path.endsWith('.mjs'));

  it('holds exactly the files that it should', () => {
    const expected = [
      ...sharedFiles,
      ...taskNames.flatMap((task) => filesOfTask.map((file) => `${task}/${file}`)),
    ];
    const actual = paths.filter((path) => !pictures.includes(path));
    assert.deepEqual(actual.sort(), expected.sort());
    assert.deepEqual(pictures.sort(), [
      'images/extension.png',
      'images/overview.png',
      'images/results-tab-bad.png',
      'images/results-tab-good.png',
      'images/run-log.png',
    ]);
  });

  it('offers by its address whatever the README shows or leads to', () => {
    const readme = textOf(extension, 'README.md').replace(/^```[^]*?^```$/gm, '');
    const targets = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    assert.ok(targets.includes('images/overview.png'), 'the search finds what it should');
    const dead = targets.filter(
      (target) => !/^(#|https:)/.test(target) && !addressable.includes(target),
    );
    assert.deepEqual(dead, []);
  });

  it('offers by its address the results tab, and nothing of a task', () => {
    const others = addressable.filter((path) => !/^(tab|images)\//.test(path));
    // The last one is tfx's own list of contributions.
    const expected = ['CHANGELOG.md', 'LICENSE', 'README.md', 'extension.vsomanifest'];
    assert.deepEqual(others.sort(), expected);
    assert.deepEqual(
      addressable.filter((path) => path.startsWith('tab/')).sort(),
      sharedFiles.filter((path) => path.startsWith('tab/')),
    );
  });

  it('asks a browser to load little for the results tab', () => {
    const files = [...extension.files].filter(([path]) => path.startsWith('tab/'));
    const sum = (sizeOf: (content: Buffer) => number): number =>
      files.reduce((total, [, { content }]) => total + sizeOf(content), 0);
    const size = sum(({ length }) => length);
    const zipped = sum((content) => gzipSync(content, { level: 9 }).length);
    assert.ok(size <= 40 * kilobyte, `${size} bytes`);
    assert.ok(zipped <= 16 * kilobyte, `${zipped} bytes zipped`);
  });

  it('has a results tab of classic scripts, with a policy that lets in nothing else', () => {
    const page = textOf(extension, 'tab/index.html');
    assert.match(page, /content="default-src 'none'; script-src 'self';/);
    assert.doesNotMatch(page, /type="module"|unsafe-eval|script-src[^;]*unsafe/);
    assert.doesNotMatch(
      textOf(extension, 'tab/tab.js'),
      /innerHTML|\beval\(|new Function\(|\bimport\(/,
    );
  });

  for (const task of taskNames) {
    it(`gives an agent no more than ${maxDownload.task} kB in ${maxDownload.filesOfTask} files to download for ${task}`, () => {
      const files = [...extension.files].filter(([path]) => path.startsWith(`${task}/`));
      const size = files.reduce((sum, [, { zippedSize }]) => sum + zippedSize, 0);
      assert.ok(files.length <= maxDownload.filesOfTask, `${files.length} files`);
      assert.ok(size <= maxDownload.task * kilobyte, `${size} bytes zipped`);
    });
  }

  it(`is no larger than ${maxDownload.extension} kB without its pictures`, () => {
    const sizeOfPictures = pictures.reduce(
      (sum, path) => sum + fileOf(extension, path).zippedSize,
      0,
    );
    const size = extension.size - sizeOfPictures;
    assert.ok(size <= maxDownload.extension * kilobyte, `${size} bytes`);
  });

  it('carries no source, source map or installed package', () => {
    const unwanted = paths.filter((path) => /\.(ts|map|svg)$|(^|\/)node_modules\//.test(path));
    assert.deepEqual(unwanted, []);
    for (const path of bundles) assert.doesNotMatch(textOf(extension, path), /sourceMappingURL=/);
  });

  it('does not tell where it was built', () => {
    for (const [path, { content }] of extension.files) {
      assert.ok(!content.includes(repository), path);
    }
  });

  it('keeps the task library out of the broker, whose loading would spoil later steps', () => {
    for (const task of taskNames) {
      assert.match(textOf(extension, `${task}/index.mjs`), /\.taskkey/);
      for (const file of ['broker.mjs', 'azure.mjs']) {
        assert.doesNotMatch(textOf(extension, `${task}/${file}`), /\.taskkey/);
      }
    }
  });

  it('leads the post-job step into the bundle of the main step', () => {
    for (const task of taskNames) {
      assert.equal(textOf(extension, `${task}/stop.mjs`), "import './index.mjs';\n");
    }
  });

  it('holds bundles that node can read', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
    try {
      for (const [index, path] of bundles.entries()) {
        const file = join(folder, `${index}.mjs`);
        writeFileSync(file, fileOf(extension, path).content);
        const { status, stderr } = spawnSync(process.execPath, ['--check', file]);
        assert.equal(status, 0, `${path}: ${stderr.toString()}`);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('gives the licences of the packages that are bundled', () => {
    const notices = textOf(extension, 'THIRD-PARTY-NOTICES.txt');
    for (const name of [
      'azure-devops-extension-sdk',
      'azure-pipelines-task-lib',
      '@azure/identity',
      '@azure/core-rest-pipeline',
    ])
      assert.match(notices, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+$`, 'm'));
  });

  it('lists the same packages, with checksums and licences, in a bill of materials', () => {
    const bill = JSON.parse(textOf(extension, 'bom.cdx.json')) as BillOfMaterials;
    assert.equal(bill.bomFormat, 'CycloneDX');
    const notices = textOf(extension, 'THIRD-PARTY-NOTICES.txt');
    const noticed = notices.match(/^@?[\w./-]+ \d+\.\d+\.\d+\S*$/gm) ?? [];
    const listed = bill.components.map(({ name, version }) => `${name} ${version}`);
    assert.deepEqual(listed.sort(), [...new Set(noticed)].sort());
    for (const { name, purl, hashes, licenses } of bill.components) {
      assert.match(purl, /^pkg:npm\//, name);
      assert.ok(hashes.length > 0 && licenses.length > 0, name);
    }
  });

  it('has icons of the sizes that the marketplace and the editor expect', () => {
    assert.deepEqual(pixelsOf(fileOf(extension, 'images/extension.png').content), [128, 128]);
    for (const task of taskNames) {
      assert.deepEqual(pixelsOf(fileOf(extension, `${task}/icon.png`).content), [32, 32]);
    }
    for (const path of paths.filter((name) => name.endsWith('icon.png'))) {
      assert.ok(fileOf(extension, path).content.length <= 6 * kilobyte, path);
    }
  });
});

/** Width and height of a PNG, which its header tells. */
function pixelsOf(png: Buffer): [number, number] {
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  assert.equal(png.toString('latin1', 12, 16), 'IHDR');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}
