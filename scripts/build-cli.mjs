// Builds wif, the command-line tool, into build/wif/: a package of its own, with one file of code.
//
//   npm run build:cli, then: npm install --global ./build/wif, or npm pack ./build/wif
import { build } from 'esbuild';
import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundledPackages, thirdPartyNotices } from './third-party-notices.mjs';

const root = join(import.meta.dirname, '..');
const output = join(root, 'build', 'wif');
const { version, description, license, engines } = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
);

await rm(output, { recursive: true, force: true });
await mkdir(join(output, 'docs'), { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['wif/wif.ts'],
  outfile: join(output, 'wif.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  conditions: ['import', 'node'],
  mainFields: ['module', 'main'],
  banner: {
    // Bundled CommonJS packages ask for built-ins with require, and one for its own folder.
    js: [
      '#!/usr/bin/env node',
      "import { createRequire } from 'node:module';",
      "import { fileURLToPath as pathOfUrl } from 'node:url';",
      'const require = createRequire(import.meta.url);',
      "const __dirname = pathOfUrl(new URL('.', import.meta.url));",
    ].join('\n'),
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
await chmod(join(output, 'wif.mjs'), 0o755);
await Promise.all([
  writeFile(join(output, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`),
  bundledPackages(root, [metafile])
    .then((packages) => thirdPartyNotices(root, packages))
    .then((text) => writeFile(join(output, 'THIRD-PARTY-NOTICES.txt'), text)),
  copyFile(join(root, 'LICENSE'), join(output, 'LICENSE')),
  readFile(join(root, 'docs', 'WIF.md'), 'utf8').then((text) =>
    writeFile(join(output, 'README.md'), text.replaceAll('(MIGRATION.md)', '(docs/MIGRATION.md)')),
  ),
  ...['WIF.md', 'MIGRATION.md'].map((file) =>
    copyFile(join(root, 'docs', file), join(output, 'docs', file)),
  ),
]);
const { size } = await stat(join(output, 'wif.mjs'));
console.log(`build/wif/wif.mjs: version ${version}, ${(size / 1000).toFixed(1)} kB`);

/** What npm needs to know of it: there is nothing to install beside it. */
function manifest() {
  return {
    name: 'workload-identity-wif',
    version,
    description: `wif, the administrators' tool of: ${description}`,
    license,
    type: 'module',
    bin: { wif: 'wif.mjs' },
    files: ['wif.mjs', 'docs', 'THIRD-PARTY-NOTICES.txt'],
    engines,
  };
}
