import importX from 'eslint-plugin-import-x';
import perfectionist from 'eslint-plugin-perfectionist';
import tseslint from 'typescript-eslint';
import { boundaries } from './scripts/lint/boundaries.mjs';
import {
  cliPackages,
  noPackages,
  noPackagesBut,
  noWorld,
  noWorldlyGlobals,
  oneDialect,
  packages,
  restrictImports,
} from './scripts/lint/restrictions.mjs';

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
