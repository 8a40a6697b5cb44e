import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Repository } from '../administration/repository.ts';
import { readYaml } from './yaml.ts';

/** A script or template larger than this is not read, in bytes. */
const maxFileBytes = 4 * 1024 * 1024;

/** The files of the repository in which a pipeline lies; nothing outside of it is read. */
export function repositoryOf(pipeline: string): Repository {
  const root = rootOf(dirname(resolve(pipeline)));
  return {
    readYaml,
    read(path, from) {
      const plain = path.replaceAll('\\', '/');
      const beside = resolve(dirname(resolve(from)), plain);
      const places = plain.startsWith('/') ? [join(root, plain)] : [beside, join(root, plain)];
      for (const place of places) {
        const text = readInside(root, place);
        if (text !== undefined) return { file: relative('.', place) || place, text };
      }
      return undefined;
    },
  };
}

/** The folder with `.git`, or where there is none the folder of the pipeline. */
function rootOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return folder;
  }
}

function readInside(root: string, place: string): string | undefined {
  try {
    const real = realpathSync(place);
    const inside = relative(realpathSync(root), real);
    if (inside.startsWith(`..${sep}`) || inside === '..') return undefined;
    const { size } = statSync(real);
    return statSync(real).isFile() && size <= maxFileBytes ? readFileSync(real, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
