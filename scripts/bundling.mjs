// What the bundles leave out of the libraries, and how they load the rest.
import { transform } from 'esbuild';
import { readFile, readdir } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import ts from 'typescript';
import { folderOf, folders } from './folders.mjs';

const azurePackages = ['@azure/core-rest-pipeline', '@azure/identity'];
const leftOut = (what) => `${what} was left out of the package by scripts/bundling.mjs`;

/** Stand-ins for modules that no task reaches: loading one is harmless, calling into it throws. */
export const libraryStub = {
  unused(names, importer = /./) {
    return {
      name: 'unused-modules',
      setup(build) {
        const filter = new RegExp(`^(${names.join('|').replaceAll('.', '\\.')})$`);
        build.onResolve({ filter }, (wanted) =>
          importer.test(wanted.importer) ? { path: wanted.path, namespace: 'unused' } : undefined,
        );
        build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
          contents: `function leftOut() { throw new Error(${JSON.stringify(leftOut(`The module ${path}`))}); }
          module.exports = new Proxy(leftOut, {
            get(target, key) {
              const isOfModules = key === '__esModule' || key === 'default' || typeof key === 'symbol';
              return isOfModules ? target[key] : leftOut;
            },
          });`,
        }));
      },
    };
  },

  /** The broker would corrupt the next step's secrets if it loaded the task library. */
  refusing(name) {
    return {
      name: `no-${name}`,
      setup(build) {
        build.onResolve({ filter: new RegExp(`^${name}(/|$)`) }, ({ importer }) => ({
          errors: [{ text: `${importer} brings ${name} into a bundle that must not have it.` }],
        }));
      },
    };
  },
};

/** Refuses the files of `src/` that run in the other process only; types do not count. */
export function ofProcess(process) {
  return {
    name: `of-the-${process}`,
    setup(build) {
      const { absWorkingDir } = build.initialOptions;
      build.onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const file = relative(absWorkingDir, path).split(sep).join('/');
        const folder = folderOf(file);
        const { runsIn = 'both' } = folders[folder] ?? {};
        if (runsIn === 'both' || runsIn === process) return undefined;
        const text = `${file} runs in the ${runsIn}, and must not be in the bundle of the ${process}.`;
        return { errors: [{ text }] };
      });
    },
  };
}

/**
 * The task library, minified, without what nothing here uses: running programs, globbing files, and
 * its own few texts in other languages. Half of its size, and a fifth of the time of a short step.
 */
export function smallTaskLibrary() {
  const unused = ['q', 'minimatch', 'child_process', './toolrunner', './externaloutput'];
  return {
    name: 'small-task-library',
    setup(build) {
      libraryStub.unused(unused, /azure-pipelines-task-lib/).setup(build);
      build.onLoad({ filter: /azure-pipelines-task-lib.lib-resource\.js$/ }, async ({ path }) => {
        const { default: texts } = await import(path);
        return { contents: JSON.stringify({ messages: texts.messages }), loader: 'json' };
      });
      build.onLoad({ filter: /node_modules.semver.semver\.js$/ }, () => ({
        // It is asked whether Node is older than 4.2, and by a function that nothing here calls.
        contents: 'exports.lt = () => false;',
      }));
      build.onLoad({ filter: /node_modules.*\.js$/ }, async ({ path }) => {
        const { code } = await transform(await readFile(path, 'utf8'), {
          minify: true,
          platform: 'node',
          target: 'node20',
          legalComments: 'none',
        });
        return { contents: code, loader: 'js' };
      });
    },
  };
}

/**
 * Built-in modules by `require` in place of `import`: an import reads every export of the module at
 * once, which for `node:http` of Node 22 and later loads all of `fetch` (30 ms, 10 MiB), and it is
 * hoisted to the start, however late the importing module is needed.
 */
export function builtinsByRequire() {
  return {
    name: 'builtins-by-require',
    setup(build) {
      build.onResolve({ filter: /^[a-z][a-z_:/0-9]*$/ }, ({ path, kind, namespace }) => {
        if (!isBuiltin(path) || namespace === 'builtin' || kind === 'require-call')
          return undefined;
        return { path: path.startsWith('node:') ? path : `node:${path}`, namespace: 'builtin' };
      });
      build.onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => name !== 'default');
        // Marked as pure: what nobody imports is not even looked at.
        const exported = names.map(
          (name) => `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`,
        );
        const all = ['const builtin = require(' + JSON.stringify(path) + ');', ...exported];
        return { contents: [...all, 'export default builtin;'].join('\n') };
      });
    },
  };
}

/** One entry for the two steps of a task, told apart by the file that node was asked to run. */
export function oneEntry(step) {
  return `import { basename } from 'node:path';
if (basename(process.argv[1]) === 'stop.mjs') await import('${step('stop')}');
else await import('${step('index')}');
`;
}

/** The Azure libraries: one file beside the entries, with the names that `src/` imports. */
export const libraries = {
  file: 'azure.mjs',

  /** The identity library is evaluated only when it is asked for; the request pipeline at once. */
  async entry(root) {
    const names = await importedNames(root);
    return `export { ${names.get('@azure/core-rest-pipeline')} } from '@azure/core-rest-pipeline';
export const identity = () => import('azure-identity-parts');
`;
  },

  /**
   * Of the identity library only credentials of a confidential client are used: certificates,
   * browsers and public clients stay away.
   */
  withoutUnusedParts() {
    return {
      name: 'azure-parts',
      async setup(build) {
        const names = await importedNames(build.initialOptions.absWorkingDir);
        libraryStub.unused(['jsonwebtoken', 'open']).setup(build);
        const parts = (path) => ({ path, namespace: 'parts' });
        build.onResolve({ filter: /^debug$/ }, () => parts('debug'));
        build.onResolve({ filter: /^azure-identity-parts$/ }, () => parts('identity'));
        build.onResolve({ filter: /^@azure\/msal-node$/ }, ({ importer }) =>
          importer.includes(join('@azure', 'identity', 'dist', 'esm', 'msal') + sep)
            ? parts('msal')
            : undefined,
        );
        const contents = {
          // What the proxies' agents would tell a job that sets DEBUG is nobody's business.
          debug: 'module.exports = () => () => undefined;',
          identity: `export { ${names.get('@azure/identity')} } from '@azure/identity';`,
          msal: `export { ConfidentialClientApplication, LogLevel } from '@azure/msal-node';
export class PublicClientApplication {
  constructor() { throw new Error(${JSON.stringify(leftOut('PublicClientApplication'))}); }
}`,
        };
        build.onLoad({ filter: /.*/, namespace: 'parts' }, ({ path }) => ({
          contents: contents[path],
          resolveDir: build.initialOptions.absWorkingDir,
        }));
      },
    };
  },

  /** In the entries, an import of an Azure package becomes an import of the file beside them. */
  async loadedWhenNeeded(root) {
    const names = await importedNames(root);
    const contents = {
      '@azure/core-rest-pipeline': `export const { ${names.get('@azure/core-rest-pipeline')} } = await import('./azure.mjs');`,
      '@azure/identity': `const { identity } = await import('./azure.mjs');
export const { ${names.get('@azure/identity')} } = await identity();`,
    };
    return {
      name: 'azure-beside',
      setup(build) {
        build.onResolve({ filter: /^@azure\// }, ({ path }) =>
          azurePackages.includes(path)
            ? { path, namespace: 'azure' }
            : { errors: [{ text: `${path} is not among the packages that the product may use.` }] },
        );
        build.onResolve({ filter: /^\.\/azure\.mjs$/, namespace: 'azure' }, ({ path }) => ({
          path,
          external: true,
        }));
        build.onLoad({ filter: /.*/, namespace: 'azure' }, ({ path }) => ({
          contents: contents[path],
        }));
      },
    };
  },
};

/** Which names of each Azure package `src/` uses, so that everything else can be shaken off. */
async function importedNames(root) {
  const found = new Map(azurePackages.map((name) => [name, new Set()]));
  const files = await readdir(join(root, 'src', 'external'), { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.ts')).sort()) {
    const text = await readFile(join(root, 'src', 'external', file), 'utf8');
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      const [name, elements] = importOf(node);
      if (found.has(name)) {
        if (elements === undefined) {
          throw new Error(
            `${file} must import from ${name} by name, so that the build knows what.`,
          );
        }
        for (const element of elements) found.get(name).add(element);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return new Map([...found].map(([name, names]) => [name, [...names].sort().join(', ')]));
}

/** The module that a node imports, and the names that it takes from there if it says them. */
function importOf(node) {
  if (ts.isImportDeclaration(node)) {
    const { importClause } = node;
    const module = node.moduleSpecifier.text;
    if (importClause?.isTypeOnly || importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) {
      return [module, []];
    }
    const bindings = importClause?.namedBindings;
    if (importClause?.name || !bindings || !ts.isNamedImports(bindings)) return [module];
    return [module, bindings.elements.filter((e) => !e.isTypeOnly).map(nameOf)];
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const module = node.arguments[0]?.text;
    const awaited = ts.isAwaitExpression(node.parent) ? node.parent.parent : undefined;
    if (awaited && ts.isVariableDeclaration(awaited) && ts.isObjectBindingPattern(awaited.name)) {
      return [module, awaited.name.elements.map(nameOf)];
    }
    return [module];
  }
  return [];
}

function nameOf(element) {
  return (element.propertyName ?? element.name).text;
}
