// Builds wif, the command-line tool: a package of its own, with one file of code.
//
//   npm run build:cli -- [--repository <https address>] [--output <folder>]
//
// It goes into build/wif/, unless --output says where. --repository is where the links of its pages
// lead; without it they are words. Then: npm install --global ./build/wif
import { build } from 'esbuild';
import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { addressOf, documentAt } from './address.mjs';
import { libraryStub } from './bundling.mjs';
import { packedReadme } from './packed-readme.mjs';
import { bundledPackages, thirdPartyNotices } from './third-party-notices.mjs';

const root = join(import.meta.dirname, '..');
const { values: options } = parseArgs({
  options: { repository: { type: 'string' }, output: { type: 'string' } },
});
const output = resolve(options.output ?? join(root, 'build', 'wif'));
const repository = addressOf(options.repository);
const { version, license, engines } = JSON.parse(
  await readFile(join(root, 'package.json'), 'utf8'),
);

await rm(output, { recursive: true, force: true });
await mkdir(join(output, 'docs'), { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['wif/wif.ts'],
  outfile: join(output, 'wif.mjs'),
  bundle: true,
  // npx downloads it: two fifths less. Names stay, for whoever reads a stack.
  minifyWhitespace: true,
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
  // Of Azure DevOps' library wif uses the connection alone: half of the file, and a quarter of its start.
  plugins: [libraryStub.unused(['./[A-Z]\\w+Api'], /azure-devops-node-api/)],
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
  page('wif/README.md', 'README.md', []),
  page('docs/WIF.md', 'docs/WIF.md', ['MIGRATION.md']),
  page('docs/MIGRATION.md', 'docs/MIGRATION.md', ['WIF.md']),
]);
const { size } = await stat(join(output, 'wif.mjs'));
console.log(`${join(output, 'wif.mjs')}: version ${version}, ${(size / 1000).toFixed(1)} kB`);

/** A page of the repository, with the files beside it in the package. */
async function page(from, to, packed) {
  const text = await readFile(join(root, from), 'utf8');
  const folder = posix.dirname(from);
  await writeFile(join(output, to), packedReadme(text, { packed, repository, folder }));
}

/** What npm and a registry's page need to know of it: there is nothing to install beside it. */
function manifest() {
  return {
    name: 'azure-pipelines-workload-identity',
    version,
    description:
      'wif: from secrets to workload identity federation, for the Azure service connections of Azure DevOps',
    keywords: [
      ...['azure-devops', 'azure-pipelines', 'service-connection', 'workload-identity-federation'],
      ...['workload-identity', 'oidc', 'entra', 'federated-credential', 'managed-identity', 'cli'],
    ],
    license,
    ...(repository === undefined
      ? {}
      : {
          homepage: documentAt(repository, 'docs/WIF.md'),
          bugs: { url: `${repository}/issues` },
          repository: { type: 'git', url: `git+${repository}.git`, directory: 'wif' },
        }),
    type: 'module',
    bin: { wif: 'wif.mjs' },
    files: ['wif.mjs', 'docs', 'THIRD-PARTY-NOTICES.txt'],
    engines,
  };
}
