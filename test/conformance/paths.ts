import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Sources of the client programs, relative to the repository. */
export const programs = join('test', 'conformance', 'programs');

/** A file of the conformance run itself. */
export const ownFile = (...path: readonly string[]): string =>
  join(repository, 'test', 'conformance', ...path);

/** The pipeline of a conformance job, relative to the repository. */
export const pipelineFile = (name: string): string =>
  join('test', 'conformance', 'pipelines', `${name}.yml`);

/** A file of the cache, outside git: what the registries gave, and what was built of it. */
export const cached = (...path: readonly string[]): string =>
  join(repository, '.cache', 'conformance', ...path);

/** A program that Go installed or built. */
export const goProgram = (name: string): string => cached('go', 'bin', name);
