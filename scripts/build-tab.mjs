// Builds the results tab into build/extension/tab/: a page, its style and one classic script.
import { build } from 'esbuild';
import { copyFile, mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { idOfPreview } from './stamping.mjs';

/**
 * Bundles the page. It is a classic script: on Azure DevOps Server the frame has no origin, and
 * would not be given a module.
 * @returns the metafile of the bundle, for the notices of what it contains.
 */
export async function buildTab(root, output, taskIds) {
  await mkdir(output, { recursive: true });
  const [{ metafile }] = await Promise.all([
    build({
      absWorkingDir: root,
      entryPoints: ['tab/main.ts'],
      outfile: join(output, 'tab.js'),
      bundle: true,
      minify: true,
      format: 'iife',
      platform: 'browser',
      target: ['chrome100', 'firefox100', 'safari15.4'],
      legalComments: 'none',
      metafile: true,
      logLevel: 'warning',
      plugins: [tabAlone(root), await generated(root, taskIds)],
    }),
    build({
      absWorkingDir: root,
      entryPoints: ['tab/tab.css'],
      outfile: join(output, 'tab.css'),
      minify: true,
      logLevel: 'warning',
    }),
    copyFile(join(root, 'tab', 'index.html'), join(output, 'index.html')),
  ]);
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

/** The module `generated`: remedies, and the IDs of the tasks in the release and in a preview. */
async function generated(root, taskIds) {
  const ids = [...taskIds, ...taskIds.map(idOfPreview)];
  const remedyOf = Object.entries(await remedies(root));
  // Many failures have the same remedy, and each byte is loaded by whoever opens the tab.
  const texts = [...new Set(remedyOf.map(([, text]) => text))];
  const entries = remedyOf.map(([code, text]) => `${code}: texts[${texts.indexOf(text)}]`);
  const contents = `const texts = ${JSON.stringify(texts)};
export const remedies = { ${entries.join(', ')} };
export const taskIds = ${JSON.stringify(ids)};`;
  return {
    name: 'generated',
    setup(bundle) {
      bundle.onResolve({ filter: /^generated$/ }, ({ path }) => ({ path, namespace: 'generated' }));
      bundle.onLoad({ filter: /.*/, namespace: 'generated' }, () => ({ contents }));
    },
  };
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
