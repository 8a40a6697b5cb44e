// Which tests there are, by the name under which `npm test -- --suite <name>` runs them.

/**
 * Suites of one lane run one after the other; the lanes run side by side, since most of an end-to-end
 * test is waiting. Without a lane, a suite runs only when it is named. A suite with `jobs` runs so many
 * of its files at a time, in the order of their names here. The longest comes first, or it would run
 * alone at the end.
 */
export const suites = {
  unit: { title: 'unit tests', files: 'test/unit/**/*.test.ts', lane: 1 },
  docs: { title: 'tests of the documents', files: 'test/docs/**/*.test.ts', lane: 1 },
  package: { title: 'tests of the package', files: 'test/package/**/*.test.ts', lane: 1 },
  wif: { title: 'tests of wif', files: 'test/wif/**/*.test.ts', lane: 1 },
  e2e: {
    title: 'end-to-end tests',
    files: ['test/e2e/terraform.test.ts', 'test/e2e/!(broker-*|terraform).test.ts'],
    lane: 2,
    jobs: 3,
  },
  harness: { title: 'tests of the harness', files: 'test/harness/**/*.test.ts', lane: 2 },
  external: { title: 'tests of the outside', files: 'test/external/**/*.test.ts', lane: 3 },
  tab: { title: 'tests of the results tab', files: 'test/tab/**/*.test.ts', lane: 3 },
  brokers: {
    title: 'end-to-end tests of the broker under load',
    files: 'test/e2e/broker-*.test.ts',
    lane: 3,
    // Their clients are steady rather than many, so that most of each is waiting.
    jobs: 2,
  },
  soak: {
    title: 'soak: a hundred lives of every token, and a hundred connections',
    files: 'test/soak/**/*.test.ts',
    // One of them waits for eight minutes, while the others think.
    jobs: 2,
  },
};
