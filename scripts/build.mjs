// Builds the extension into build/extension/, laid out exactly as it is packed.
//
//   node scripts/build.mjs [--repository <url>] [--output <folder>]
//
// --repository is where people read this repository on the web: page, manifests and failures lead
// there. Without it, what package.json names; where it names none, nothing leads to the documents.
import { build } from 'esbuild';
import { copyFile, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  builtinsByRequire,
  smallTaskLibrary,
  libraries,
  libraryStub,
  ofProcess,
  oneEntry,
} from './bundling.mjs';
import { buildTab, tabFiles } from './build-tab.mjs';
import { addressOf, documentsAt, helpOfTask, linksOfManifest } from './address.mjs';
import { packedReadme } from './packed-readme.mjs';
import { softwareBill } from './software-bill.mjs';
import { bundledPackages, thirdPartyNotices } from './third-party-notices.mjs';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: { repository: { type: 'string' }, output: { type: 'string' } },
});
const output = resolve(options.output ?? join(root, 'build', 'extension'));
const tab = join(output, 'tab');
const tasks = ['FederatedLogin', 'TerraformOidcEnv', 'TokenRefresher'];

const settings = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['import', 'node'],
  mainFields: ['module', 'main'],
  banner: {
    // Bundled CommonJS packages ask for built-ins with require.
    js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);",
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** Our code keeps its names, and has lines: by them the frames of a log's last words say where. */
const ownCode = { minifySyntax: true, minifyWhitespace: true, lineLimit: 240 };

const { version, repository } = await readJson('package.json');
const address = addressOf(options.repository ?? repository);
if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`The version ${version} is not x.y.z.`);

await rm(output, { recursive: true, force: true });
await mkdir(join(output, 'images'), { recursive: true });
const taskIds = await Promise.all(
  tasks.map(async (task) => (await readJson(`tasks/${task}/task.json`)).id),
);
const bundled = [
  await bundleLibraries(),
  await buildTab(root, tab, taskIds),
  ...(await Promise.all(tasks.map((task) => bundleTask(task)))).flat(),
];
await Promise.all([
  ...tasks.map((task) => copyTask(task)),
  writeManifest(),
  writeReadme(),
  ...['LICENSE', 'CHANGELOG.md', ...(await pictures())].map((file) =>
    copyFile(join(root, file), join(output, file)),
  ),
  writePackages(bundled),
]);
await printSizes();
await printTab();

/**
 * The Azure libraries, once a task: its entries load them when they need them, not at the start.
 */
async function bundleLibraries() {
  const { metafile, outputFiles } = await build({
    ...settings,
    stdin: { contents: await libraries.entry(root), resolveDir: root, sourcefile: 'azure.mjs' },
    plugins: [libraries.withoutUnusedParts(), builtinsByRequire()],
    minify: true,
    // Asking whether a body is one would load all of `fetch`, which the form of Node's global needs.
    define: { FormData: 'undefined' },
    write: false,
    outfile: join(output, libraries.file),
  });
  await Promise.all(
    tasks.map(async (task) => {
      await mkdir(join(output, task), { recursive: true });
      await writeFile(join(output, task, libraries.file), outputFiles[0].contents);
    }),
  );
  return metafile;
}

/**
 * `index.mjs` holds the main and the post-job step, which share nearly everything; `stop.mjs` only
 * leads there, and the name under which node was started decides.
 */
async function bundleTask(task) {
  const folder = join(output, task);
  const plugins = [await libraries.loadedWhenNeeded(root), smallTaskLibrary(), builtinsByRequire()];
  const step = (name) => `./tasks/${task}/${name}.ts`;
  const [steps, broker] = await Promise.all([
    build({
      ...settings,
      ...ownCode,
      define: address === undefined ? {} : { DOCUMENTS: JSON.stringify(documentsAt(address)) },
      stdin: { contents: oneEntry(step), resolveDir: root, sourcefile: `tasks/${task}/steps.mjs` },
      plugins: [...plugins, ofProcess('task')],
      outfile: join(folder, 'index.mjs'),
    }),
    build({
      ...settings,
      ...ownCode,
      entryPoints: ['tasks/shared/broker.ts'],
      plugins: [...plugins, ofProcess('broker'), libraryStub.refusing('azure-pipelines-task-lib')],
      outfile: join(folder, 'broker.mjs'),
    }),
  ]);
  await writeFile(join(folder, 'stop.mjs'), "import './index.mjs';\n");
  return [steps.metafile, broker.metafile];
}

async function copyTask(task) {
  const manifest = await readJson(`tasks/${task}/task.json`);
  const [Major, Minor, Patch] = version.split('.').map(Number);
  await writeJson(`${task}/task.json`, {
    ...manifest,
    ...helpOfTask(address, manifest),
    version: { Major, Minor, Patch },
  });
  await copyFile(join(root, 'tasks', task, 'icon.png'), join(output, task, 'icon.png'));
}

/** The tab names the tasks whose runs it stands on. */
async function writeManifest() {
  const { contributions, ...others } = await readJson('vss-extension.json');
  const named = contributions.map(({ properties, ...contribution }) => ({
    ...contribution,
    properties:
      'supportsTasks' in properties ? { ...properties, supportsTasks: taskIds } : properties,
  }));
  await writeJson('vss-extension.json', {
    ...others,
    ...linksOfManifest(address),
    version,
    contributions: named,
  });
}

/** A page of the marketplace reaches the files that the package offers by their address, and no other. */
async function writeReadme() {
  const { files, content } = await readJson('vss-extension.json');
  const packed = [
    ...files.filter(({ addressable }) => addressable).map(({ path }) => path),
    content.license.path,
  ];
  const place = { packed, repository: address };
  const readme = packedReadme(await readFile(join(root, 'README.md'), 'utf8'), place);
  await writeFile(join(output, 'README.md'), readme);
}

/** What is bundled of others, for people and for programs. */
async function writePackages(metafiles) {
  const packages = await bundledPackages(root, metafiles);
  await Promise.all([
    writeFile(join(output, 'THIRD-PARTY-NOTICES.txt'), await thirdPartyNotices(root, packages)),
    writeFile(join(output, 'bom.cdx.json'), softwareBill(root, packages)),
  ]);
}

/** The marketplace shows PNG pictures only; the drawings that they come from stay here. */
async function pictures() {
  const names = await readdir(join(root, 'images'));
  return names.filter((name) => name.endsWith('.png')).map((name) => `images/${name}`);
}

async function printSizes() {
  const rows = [];
  for (const task of tasks) {
    const row = { task };
    for (const name of (await readdir(join(output, task))).filter((file) => /\.mjs$/.test(file))) {
      const { size } = await stat(join(output, task, name));
      row[name] = `${kilobytes(size)} (${kilobytes(await zippedSize(join(output, task, name)))})`;
    }
    rows.push(row);
  }
  console.log(`Version ${version}; kB (zipped):`);
  for (const { task, ...sizes } of rows) {
    const cells = Object.entries(sizes).map(([name, size]) => `${name} ${size}`.padEnd(24));
    console.log(`  ${task.padEnd(18)}${cells.join('')}`.trimEnd());
  }
}

/** How large the page of the tab is. */
async function printTab() {
  const files = await tabFiles(tab);
  const sum = (sizeOf) =>
    kilobytes(files.reduce((total, [, content]) => total + sizeOf(content), 0));
  const zipped = sum((content) => gzipSync(content, { level: 9 }).length);
  console.log(`  ${'the tab'.padEnd(18)}${sum(({ length }) => length)} (${zipped})`);
}

async function zippedSize(file) {
  return gzipSync(await readFile(file), { level: 9 }).length;
}

function kilobytes(size) {
  return (size / 1000).toFixed(1);
}

async function readJson(path) {
  return JSON.parse(await readFile(join(root, path), 'utf8'));
}

async function writeJson(path, content) {
  await writeFile(join(output, path), `${JSON.stringify(content, null, 2)}\n`);
}
