import { join } from 'node:path';
import { parseArgs } from 'node:util';

export const repository = join(import.meta.dirname, '..', '..');
export const hosts = {
  devops: 'dev.azure.com',
  entra: 'login.microsoftonline.com',
  resourceManager: 'management.azure.com',
} as const;

/** The distance of budgets 2 and 4, in ms. */
export const distanceMs = 20;

/** A Node release to measure with. */
export interface NodeRelease {
  readonly major: '20' | '24';
  readonly path: string;
}

export const nodes: readonly NodeRelease[] = (['24', '20'] as const).map((major) => ({
  major,
  path: join(repository, '.cache', 'bench-nodes', 'node_modules', `node-${major}`, 'bin', 'node'),
}));

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: '' },
    quick: { type: 'boolean', default: false },
    'no-page': { type: 'boolean', default: false },
    only: { type: 'string' },
    built: { type: 'string' },
  },
});

/** What of the whole is measured, and how often. */
export const plan = {
  /** For everything that is written. */
  folder: values.folder,
  isQuick: values.quick,
  writesPage:
    !values['no-page'] && !values.quick && values.only === undefined && values.built === undefined,
  part: values.only,
  /** A folder that `npm run build` left, to be measured in place of the package. */
  built: values.built,
  rounds: values.quick ? 4 : 25,
  coldRounds: values.quick ? 2 : 11,
  brokersAtRest: values.quick ? 1 : 3,
  settleMs: values.quick ? 500 : 5_000,
  restMs: values.quick ? 2_000 : 10_000,
  /** Requests on fresh connections; twice, so that growth shows. */
  load: values.quick ? ([2_000, 4_000] as const) : ([20_000, 100_000] as const),
  latencyRounds: values.quick ? 2 : 7,
  /** Requests of 200 clients in a round. */
  crowd: values.quick ? 6_000 : 20_000,
  growth: values.quick
    ? { connections: [1, 10], scopes: [1, 10] }
    : { connections: [1, 10, 100], scopes: [1, 10, 64] },
} as const;
