import boundariesPlugin from 'eslint-plugin-boundaries';
import importX from 'eslint-plugin-import-x';
import perfectionist from 'eslint-plugin-perfectionist';
import tseslint from 'typescript-eslint';
import { folders, guests } from './scripts/folders.mjs';

/** The packages that the product ships, each with the one file that may import it. */
const packages = {
  'azure-pipelines-task-lib': 'src/external/agent/pipeline-agent.ts',
  '@azure/identity': 'src/external/upstream/entra-access-tokens.ts',
  '@azure/core-rest-pipeline': 'src/external/upstream/https.ts',
};

/** The same for the command-line tool, which is a package of its own. */
const cliPackages = {
  'azure-devops-node-api': 'wif/external/azure-devops.ts',
  '@azure/identity': 'wif/external/credentials.ts',
  'cli-table3': 'wif/external/terminal.ts',
  commander: 'wif/program/*.ts',
  yaml: 'wif/external/yaml.ts',
};

/** Built-ins that reach the machine or the network; only `src/external/` may have them. */
const worldlyBuiltins = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'fs/promises',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'process',
  'readline',
  'timers',
  'timers/promises',
  'tls',
  'worker_threads',
];

const noPackages = [...new Set([...Object.keys(packages), ...Object.keys(cliPackages)])].flatMap(
  (name) => [name, `${name}/*`],
);

/** All packages but one. */
const noPackagesBut = (name) =>
  noPackages.filter((other) => other !== name && other !== `${name}/*`);
const noWorld = worldlyBuiltins.flatMap((name) => [name, `node:${name}`]);

/**
 * One dialect: what has a body is a declaration, an arrow is an expression or an argument; and every
 * assertion says what it compares.
 */
const oneDialect = [
  {
    selector:
      ":matches(Program, ExportNamedDeclaration) > VariableDeclaration > VariableDeclarator:not([id.typeAnnotation]) > ArrowFunctionExpression[body.type='BlockStatement']",
    message: 'Write a function with a body as a declaration.',
  },
  {
    selector: "CallExpression[callee.name='assert']",
    message: 'Say what is compared: assert.equal, assert.match, assert.ok …',
  },
];

const restrictImports = (groups, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: groups, message }] }],
});

/** The clock, the timers, the environment and the network are ports, not globals. */
const noWorldlyGlobals = {
  'no-restricted-globals': [
    'error',
    ...[
      'process',
      'fetch',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'clearTimeout',
      'clearInterval',
      'performance',
      'console',
    ].map((name) => ({ name, message: 'Only src/external/ touches the world; ask for a port.' })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: 'Time comes from the Clock port.' },
    { object: 'Math', property: 'random', message: 'Chance comes from a port.' },
  ],
  'no-restricted-syntax': [
    'error',
    ...oneDialect,
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Time comes from the Clock port.',
    },
  ],
};

/** `src/` as eslint-plugin-boundaries wants it, the innermost folder first; the files of `src/` itself are the ground floor. */
const elements = [
  ...Object.keys(folders)
    .sort((one, other) => other.length - one.length)
    .map((type) => ({ type, pattern: `src/${type}`, partialMatch: false })),
  { type: 'ground', pattern: 'src', partialMatch: false },
  ...Object.keys(guests).map((type) => ({ type, pattern: type, partialMatch: false })),
];

const mayImport = (from, types) => ({
  from: { element: { type: from } },
  allow: [{ to: { element: { type: types } } }],
});

const boundaries = {
  files: ['src/**/*.ts', ...Object.keys(guests).map((name) => `${name}/**/*.ts`)],
  plugins: { boundaries: boundariesPlugin },
  settings: {
    'boundaries/elements': elements,
    // The version of the product.
    'boundaries/ignore': ['package.json'],
    'import/resolver': { node: { extensions: ['.ts'] } },
  },
  rules: {
    'boundaries/no-unknown-dependencies': 'error',
    'boundaries/dependencies': [
      'error',
      {
        default: 'disallow',
        message:
          '{{from.element.type}} may not import {{to.element.type}}: see scripts/folders.mjs.',
        policies: [
          mayImport('ground', ['ground']),
          ...Object.entries({ ...folders, ...guests }).map(([name, folder]) =>
            mayImport(name, ['ground', name, ...folder.mayImport]),
          ),
        ],
      },
    ],
  },
};

export default tseslint.config(
  { ignores: ['node_modules/', 'build/', 'dist/', '.cache/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  ...tseslint.configs.stylisticTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX, perfectionist },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts'] } } },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...oneDialect],
      'perfectionist/sort-imports': [
        'error',
        {
          newlinesBetween: 0,
          groups: ['side-effect', ['builtin', 'external'], ['parent', 'sibling', 'index']],
        },
      ],
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  boundaries,
  {
    // Only where it matters: it reads the whole graph of imports of each file.
    files: ['src/**/*.ts', 'tasks/**/*.ts', 'wif/**/*.ts'],
    rules: { 'import-x/no-cycle': 'error' },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/external/**'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, '**/tasks/**', '**/wif/**', '**/test/**'],
        'Stages work on values and ports; src/external/ touches the world.',
      ),
    },
  },
  {
    files: ['src/external/**/*.ts'],
    rules: restrictImports(
      [...noPackages, '**/tasks/**', '**/test/**'],
      'A package has one file that imports it; the outside does not know the tasks.',
    ),
  },
  ...Object.entries(packages).map(([name, file]) => ({
    files: [file],
    rules: restrictImports(
      [...noPackagesBut(name), '**/tasks/**', '**/wif/**', '**/test/**'],
      'A package has one file that imports it; the outside does not know the tasks.',
    ),
  })),
  {
    files: ['wif/administration/**/*.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [
          ...noPackages,
          ...noWorld,
          '**/external/**',
          '**/tasks/**',
          '**/commands/**',
          '**/test/**',
        ],
        'Administration works on values and ports; wif/external/ touches the world.',
      ),
    },
  },
  {
    files: ['wif/commands/**/*.ts', 'wif/program/**/*.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, '**/external/**', '**/tasks/**', '**/test/**'],
        'Commands are stories over ports; only wif.ts joins them to the world.',
      ),
    },
  },
  {
    files: ['wif/wif.ts', 'wif/external/**/*.ts'],
    rules: restrictImports(
      [...noPackages, '**/tasks/**', '**/test/**'],
      'A package has one file that imports it; the tool does not know the tasks.',
    ),
  },
  ...Object.entries(cliPackages).map(([name, file]) => ({
    files: [file],
    rules: restrictImports(
      [
        ...noPackagesBut(name),
        ...(file.includes('/external/') ? [] : [...noWorld, '**/external/**']),
        '**/tasks/**',
        '**/test/**',
      ],
      'A package has one file that imports it; the tool does not know the tasks.',
    ),
  })),
  {
    files: ['tasks/**/*.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, '**/external/**', '**/test/**'],
        'Stories and inputs work on values and ports; only wiring knows the world.',
      ),
    },
  },
  {
    files: [
      'tasks/*/index.ts',
      'tasks/*/stop.ts',
      'tasks/shared/ahead.ts',
      'tasks/shared/broker-ahead.ts',
      'tasks/shared/stop-ahead.ts',
      'tasks/shared/broker.ts',
      'tasks/shared/wiring.ts',
    ],
    rules: restrictImports(
      [...noPackages, ...noWorld, '**/test/**'],
      'Wiring joins external/ to a story; packages stay inside external/.',
    ),
  },
  {
    // What such an entry imports first begins while the rest is loaded.
    files: ['tasks/*/index.ts', 'tasks/shared/broker.ts'],
    rules: { 'perfectionist/sort-imports': 'off' },
  },
  {
    // The page is shown to people with rights of their own; what it shows, anybody's job has written.
    files: ['tab/**/*.ts'],
    rules: {
      ...restrictImports(
        [...noPackages, ...noWorld, '**/src/**', '**/tasks/**', '**/test/**', '**/scripts/**'],
        'The page is a bundle of its own: the extension SDK, and nothing else.',
      ),
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-properties': [
        'error',
        ...[
          ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc', 'parseFromString'],
          ...['createContextualFragment', 'write', 'writeln', 'setHTMLUnsafe'],
        ].map((property) => ({ property, message: 'Nothing is shown as markup: make a piece.' })),
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Mocha's describe and it return nothing anyone waits for.
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['test/harness/**/*.ts'],
    rules: restrictImports(
      [...noPackagesBut('yaml'), '**/src/**', '**/tasks/**'],
      'The harness is an independent witness: shared code would share mistakes.',
    ),
  },
  {
    files: ['test/unit/**/*.ts'],
    rules: restrictImports(
      [...noPackages, ...noWorld, '**/external/**', '**/harness/**'],
      'Unit tests use fakes only: no network, no disk, no harness.',
    ),
  },
  {
    files: ['test/e2e/**/*.ts', 'test/wif/**/*.ts', 'test/windows/**/*.ts'],
    rules: restrictImports(
      ['**/src/**', '**/tasks/**', '**/wif/{administration,commands,external}/**', '**/wif/wif.ts'],
      'End-to-end tests know the package and the harness, not the source.',
    ),
  },
);
