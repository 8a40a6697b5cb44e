import type { BuildOptions } from 'esbuild';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../../.cache/agent', import.meta.url));
const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

let made: string | undefined;

/**
 * The worker's program in one file, made once a process. From its sources it would start in half a
 * second of a processor's time, which each job pays; so it starts like the tasks, in a tenth.
 * @returns its path.
 */
export function workerProgram(): string {
  made ??= bundle({
    entryPoints: [beside('worker.ts'), beside('container-invoker.mjs')],
    outdir: cache,
  });
  return made;
}

/**
 * Bundles programs of the agent for node, whole or not at all: another process may start one now.
 * @returns the path of the first.
 */
export function bundle(options: Required<Pick<BuildOptions, 'entryPoints' | 'outdir'>>): string {
  // Not an import: a bundled agent has its worker beside it, and needs no bundler.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({
    ...options,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The packages that are not ES modules ask for built-ins by require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    logLevel: 'warning',
  });
  mkdirSync(options.outdir, { recursive: true });
  const paths = outputFiles.map(({ path, contents }) => {
    const draft = join(options.outdir, `${basename(path)}.${process.pid}`);
    writeFileSync(draft, contents);
    renameSync(draft, path);
    return path;
  });
  const [first] = paths;
  if (first === undefined) throw new Error('esbuild made no program.');
  return first;
}
