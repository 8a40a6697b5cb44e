// Packs the extension into dist/: builds it, runs tfx, and accepts no word of complaint from it.
//
//   npm run package -- [--repository <url>] [--publisher <id>] [--preview] [--patch <number>] [--public]
//
// --repository is where people read this repository on the web, to which everything then leads.
// --preview gives the extension and its tasks identities of their own, --patch replaces the last part
// of their version, --public shows the extension to everyone: without it, its publisher shares it.
// --staged <folder> packs a folder that is built already; --build <folder> builds there instead of in
// build/extension/; --output <folder> replaces dist/.
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled } from './installed.mjs';
import { stampPatch, stampPreview } from './stamping.mjs';

const { values: options } = parseArgs({
  options: {
    publisher: { type: 'string' },
    preview: { type: 'boolean', default: false },
    patch: { type: 'string' },
    public: { type: 'boolean', default: false },
    repository: { type: 'string' },
    staged: { type: 'string' },
    build: { type: 'string' },
    output: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '..');
const staged = resolve(options.staged ?? options.build ?? join(root, 'build', 'extension'));
const output = resolve(options.output ?? join(root, 'dist'));

try {
  ensureInstalled();
  await removePackages();
  if (options.staged === undefined) run(build());
  else if (options.repository !== undefined) {
    throw new Error(
      '--repository changes what is built, and --staged packs what is built already.',
    );
  }
  await printContents(await pack());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

/** The command that builds what is packed. */
function build() {
  const { repository } = options;
  return [
    ...[join(import.meta.dirname, 'build.mjs'), '--output', staged],
    ...(repository === undefined ? [] : ['--repository', repository]),
  ];
}

/** Packs beside the output folder first, so that a failure leaves no package behind. */
async function pack() {
  await mkdir(output, { recursive: true });
  const draft = await mkdtemp(join(output, '.draft-'));
  try {
    const contents = join(draft, 'contents');
    await cp(staged, contents, { recursive: true });
    if (options.preview) await stampPreview(contents);
    if (options.patch !== undefined) await stampPatch(contents, options.patch);
    runTfx(contents, draft);
    const packages = (await readdir(draft)).filter((name) => name.endsWith('.vsix'));
    if (packages.length !== 1) throw new Error(`tfx made ${packages.length} packages, not one.`);
    await rename(join(draft, packages[0]), join(output, packages[0]));
    return join(output, packages[0]);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function runTfx(contents, draft) {
  const galleryFlags = [
    ...(options.preview ? ['Preview'] : []),
    ...(options.public ? ['Public'] : []),
  ];
  const tfx = createRequire(import.meta.url).resolve('tfx-cli/_build/tfx-cli.js');
  const said = capture([
    tfx,
    ...['extension', 'create', '--no-prompt', '--no-color', '--json'],
    ...['--root', contents, '--manifest-globs', 'vss-extension.json', '--output-path', draft],
    ...(options.publisher === undefined ? [] : ['--publisher', options.publisher]),
    ...(galleryFlags.length === 0 ? [] : ['--override', JSON.stringify({ galleryFlags })]),
  ]);
  // tfx says most of what is wrong as a warning, and ends well all the same.
  if (/^\s*(warning|error)\b/im.test(said.text) || said.status !== 0) {
    throw new Error(`tfx is not content with the extension:\n${said.text.trim()}`);
  }
}

async function removePackages() {
  const names = await readdir(output).catch(() => []);
  await Promise.all(
    names.filter((name) => name.endsWith('.vsix')).map((name) => rm(join(output, name))),
  );
}

async function printContents(file) {
  const { unzipSync } = await import('fflate');
  const contents = unzipSync(await readFile(file));
  const names = Object.keys(contents).filter((name) => !name.endsWith('/'));
  for (const name of names.sort()) {
    console.log(`${String(contents[name].length).padStart(9)}  ${name}`);
  }
  const { size } = await stat(file);
  console.log(`${file}: ${(size / 1000).toFixed(1)} kB`);
}

function run(args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed; nothing was packed.');
}

function capture(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, text: `${stdout}${stderr}` };
}
