// Builds the results tab into build/extension/tab/: a page with its style in it, and one classic script.
import { build } from 'esbuild';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { minify } from 'terser';
import { innerNames, smallSdk } from './small-sdk.mjs';
import { idOfPreview } from './stamping.mjs';

/** The first that know `light-dark()`, all of spring 2024 or before. */
const browsers = ['chrome123', 'firefox120', 'safari17.5'];

/**
 * Bundles the page. It is a classic script: on Azure DevOps Server the frame has no origin, and
 * would not be given a module.
 * @returns the metafile of the bundle, for the notices of what it contains.
 */
export async function buildTab(root, output, taskIds) {
  await mkdir(output, { recursive: true });
  const [metafile] = await Promise.all([
    buildScript(root, output, taskIds),
    buildPage(root, output),
  ]);
  return metafile;
}

/** Writes the page in as few bytes as it can be, with its style in it: a request less to wait for. */
async function buildPage(root, output) {
  const [page, { outputFiles }] = await Promise.all([
    readFile(join(root, 'tab', 'index.html'), 'utf8'),
    build({
      absWorkingDir: root,
      entryPoints: ['tab/tab.css'],
      minify: true,
      target: browsers,
      write: false,
      logLevel: 'warning',
    }),
  ]);
  const parts = page.split('<link rel="stylesheet" href="tab.css" />');
  if (parts.length !== 2) throw new Error('tab/index.html does not have the one link to tab.css.');
  const oneLine = parts.map((part) => part.replace(/\n\s*(?=<|$)/g, '').replace(/\s+/g, ' '));
  await writeFile(
    join(output, 'index.html'),
    oneLine.join(`<style>${outputFiles[0].text.trim()}</style>`),
  );
}

async function buildScript(root, output, taskIds) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['tab/main.ts'],
    outfile: join(output, 'tab.js'),
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: browsers,
    minifySyntax: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'warning',
    plugins: [smallSdk(root), tabAlone(root), await generated(root, taskIds)],
  });
  // Terser merges more than esbuild, and its names repeat: the zipped script is a twentieth smaller.
  // Repetition zips best: hence little inlining, and constants where they were written. Arrows are
  // safe, as nothing but classes is called with `new`. The SDK alone has words for the console.
  const { code } = await minify(outputFiles[0].text, {
    ecma: 2022,
    compress: {
      passes: 4,
      inline: 1,
      lhs_constants: false,
      pure_getters: true,
      unsafe_arrows: true,
      drop_console: true,
    },
    mangle: { properties: { regex: innerNames } },
  });
  await writeFile(join(output, 'tab.js'), code);
  return metafile;
}

/** The sizes of the files of the page by their names, in bytes. */
export async function tabFiles(output) {
  const names = await readdir(output);
  return Promise.all(names.map(async (name) => [name, await readFile(join(output, name))]));
}

/** What to do about each failure, from the table that the log uses. */
export async function remedies(root) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { remedies } from './src/remedies.ts';
export { entraRemedies } from './src/access-token/entra-failures.ts';`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    logLevel: 'warning',
  });
  const address = `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`;
  const { remedies: ours, entraRemedies } = await import(address);
  return { ...ours, ...entraRemedies };
}

/**
 * The module `generated`: remedies, and the first part of the IDs of the tasks in the release and in
 * a preview. It tells them from all others, and random digits do not become smaller in a zip.
 */
async function generated(root, taskIds) {
  const ids = [...taskIds, ...taskIds.map(idOfPreview)].map((id) => id.slice(0, 8));
  const contents = `${await remediesModule(root)}
export const taskIds = ${JSON.stringify(ids)};`;
  return {
    name: 'generated',
    setup(bundle) {
      bundle.onResolve({ filter: /^generated$/ }, ({ path }) => ({ path, namespace: 'generated' }));
      bundle.onLoad({ filter: /.*/, namespace: 'generated' }, () => ({ contents }));
    },
  };
}

/**
 * Failures that no record of a job holds: a file that cannot be written has a warning of its own
 * there, and Entra cannot refuse a client secret or a certificate, as these tasks send neither.
 */
const notInRecords = ['TEMP_FOLDER_UNWRITABLE', 'AADSTS7000215', 'AADSTS7000222', 'AADSTS700030'];

/** The remedies as constants by their codes: many have the same, and each byte is loaded. */
async function remediesModule(root) {
  const inRecords = { ...(await remedies(root)) };
  for (const code of notInRecords) delete inRecords[code];
  const sentences = [...new Set(Object.values(inRecords))];
  const constants = sentences.map(
    (text, index) => `const remedy${index} = ${JSON.stringify(text)};`,
  );
  const byCode = Object.entries(inRecords).map(
    ([code, text]) => `${code}: remedy${sentences.indexOf(text)}`,
  );
  return `${constants.join('\n')}
export const remedies = { ${byCode.join(', ')} };`;
}

/** The page has the extension SDK and its own files, and nothing of what runs on an agent. */
function tabAlone(root) {
  return {
    name: 'tab-alone',
    setup(bundle) {
      bundle.onResolve({ filter: /^\./ }, ({ path, resolveDir, importer }) => {
        const isOwn = join(resolveDir, path).startsWith(join(root, 'tab'));
        const isLibrary = importer.includes('node_modules');
        return isOwn || isLibrary
          ? undefined
          : {
              errors: [{ text: `${importer} brings ${path} into the page, which has only tab/.` }],
            };
      });
    },
  };
}
