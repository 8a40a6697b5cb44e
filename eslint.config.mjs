import tseslint from 'typescript-eslint';

/** The packages that the product ships, each with the one file that may import it. */
const packages = {
  'azure-pipelines-task-lib': 'src/external/pipeline-agent.ts',
  '@azure/identity': 'src/external/entra-access-tokens.ts',
  '@azure/core-rest-pipeline': 'src/external/https.ts',
};

/** The same for the command-line tool, which is a package of its own. */
const cliPackages = {
  'azure-devops-node-api': 'cli/external/azure-devops.ts',
  '@azure/identity': 'cli/external/credentials.ts',
  'cli-table3': 'cli/external/terminal.ts',
  commander: 'cli/program.ts',
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

/** The stages of the flow, left to right: each may import those before it, never those after. */
const stages = ['service-connection', 'id-token', 'access-token', 'delivery', 'broker'];

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
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Time comes from the Clock port.',
    },
  ],
};

const stageRules = stages.map((stage, index) => ({
  files: [`src/${stage}/**/*.ts`],
  rules: {
    ...noWorldlyGlobals,
    ...restrictImports(
      [
        ...noPackages,
        ...noWorld,
        '**/external/**',
        '**/tasks/**',
        '**/test/**',
        '**/administration/**',
        '**/cli/**',
        ...stages.slice(index + 1).map((right) => `**/${right}/**`),
      ],
      `Stage "${stage}" imports only the stages to its left, ports, errors and secret.`,
    ),
  },
}));

export default tseslint.config(
  { ignores: ['node_modules/', 'build/', 'dist/', '.cache/'] },
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  ...tseslint.configs.stylisticTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['src/*.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, './*/**', '**/tasks/**', '**/test/**'],
        'The ground floor (secret, errors, ports) imports nothing above it.',
      ),
    },
  },
  ...stageRules,
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
      [...noPackagesBut(name), '**/tasks/**', '**/administration/**', '**/test/**'],
      'A package has one file that imports it; the outside does not know the tasks.',
    ),
  })),
  {
    files: ['src/administration/**/*.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, '**/external/**', '**/tasks/**', '**/cli/**', '**/test/**'],
        'Administration works on values and ports; cli/external/ touches the world.',
      ),
    },
  },
  {
    files: ['cli/commands/**/*.ts', 'cli/help.ts', 'cli/program.ts'],
    rules: {
      ...noWorldlyGlobals,
      ...restrictImports(
        [...noPackages, ...noWorld, '**/external/**', '**/tasks/**', '**/test/**'],
        'Commands are stories over ports; only wif.ts joins them to the world.',
      ),
    },
  },
  {
    files: ['cli/wif.ts', 'cli/external/**/*.ts'],
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
      'tasks/ahead.ts',
      'tasks/broker-ahead.ts',
      'tasks/broker.ts',
      'tasks/wiring.ts',
    ],
    rules: restrictImports(
      [...noPackages, ...noWorld, '**/test/**'],
      'Wiring joins external/ to a story; packages stay inside external/.',
    ),
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
      [...noPackages, '**/src/**', '**/tasks/**'],
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
    files: ['test/e2e/**/*.ts', 'test/cli/**/*.ts', 'test/windows/**/*.ts'],
    rules: restrictImports(
      ['**/src/**', '**/tasks/**', '**/cli/{commands,external}/**', '**/cli/wif.ts'],
      'End-to-end tests know the package and the harness, not the source.',
    ),
  },
);
