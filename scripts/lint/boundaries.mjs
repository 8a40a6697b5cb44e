import boundariesPlugin from 'eslint-plugin-boundaries';
import { folders, guests } from '../folders.mjs';

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

/** Which folder may import which. */
export const boundaries = {
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
