import { checkPipeline } from './pipeline-check.ts';
import { posix } from './posix-path.ts';
import type { Remark } from './remark.ts';
import type { Repository } from './repository.ts';

/** Templates and scripts of one pipeline beyond these are reported as unread. */
const maxFiles = 60;

/**
 * Checks a pipeline whose files come one by one from a service: it is checked with the files that
 * are there, and again once those that it missed have come.
 */
export async function checkRemotely(
  file: string,
  fetch: (file: string) => Promise<string | undefined>,
  readYaml: Repository['readYaml'],
): Promise<readonly Remark[] | undefined> {
  const start = posix(file);
  const files = new Map<string, string | undefined>([[start, await fetch(start)]]);
  const text = files.get(start);
  if (text === undefined) return undefined;
  for (;;) {
    const missed = new Set<string>();
    const remarks = checkPipeline(start, text, repositoryIn(files, missed, readYaml));
    const wanted = [...missed].slice(0, maxFiles - files.size);
    if (wanted.length === 0) return remarks;
    for (const one of wanted) files.set(one, await fetch(one));
  }
}

/** The files that have come so far; what was asked for in vain is written down. */
function repositoryIn(
  files: ReadonlyMap<string, string | undefined>,
  missed: Set<string>,
  readYaml: Repository['readYaml'],
): Repository {
  return {
    readYaml,
    read(path, from) {
      const plain = path.replaceAll('\\', '/');
      const root = posix(`/${plain}`);
      const beside = posix(`${from.slice(0, from.lastIndexOf('/'))}/${plain}`);
      for (const place of plain.startsWith('/') ? [root] : [...new Set([beside, root])]) {
        const text = files.get(place);
        if (text !== undefined) return { file: place, text };
        if (!files.has(place)) missed.add(place);
      }
      return undefined;
    },
  };
}
