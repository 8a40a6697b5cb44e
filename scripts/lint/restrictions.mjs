/** The packages that the product ships, each with the one file that may import it. */
export const packages = {
  'azure-pipelines-task-lib': 'src/external/agent/pipeline-agent.ts',
  '@azure/identity': 'src/external/upstream/entra-access-tokens.ts',
  '@azure/core-rest-pipeline': 'src/external/upstream/https.ts',
};

/** The same for the command-line tool, which is a package of its own. */
export const cliPackages = {
  'azure-devops-node-api': 'wif/external/azure-devops.ts',
  '@azure/identity': 'wif/external/credentials.ts',
  'cli-table3': 'wif/external/terminal.ts',
  commander: 'wif/program/*.ts',
  'https-proxy-agent': 'wif/external/connections.ts',
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

/** As the patterns of `restrictImports`. */
export const noPackages = [
  ...new Set([...Object.keys(packages), ...Object.keys(cliPackages)]),
].flatMap((name) => [name, `${name}/*`]);

/** All packages but one. */
export const noPackagesBut = (name) =>
  noPackages.filter((other) => other !== name && other !== `${name}/*`);

/** The built-ins, by both their names. */
export const noWorld = worldlyBuiltins.flatMap((name) => [name, `node:${name}`]);

/**
 * One dialect: what has a body is a declaration, an arrow is an expression or an argument; and every
 * assertion says what it compares.
 */
export const oneDialect = [
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

/** Forbids imports that match, with what to do instead. */
export const restrictImports = (groups, message) => ({
  'no-restricted-imports': ['error', { patterns: [{ group: groups, message }] }],
});

/** The clock, the timers, the environment and the network are ports, not globals. */
export const noWorldlyGlobals = {
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
