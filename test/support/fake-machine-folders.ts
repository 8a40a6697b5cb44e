import { posix, win32 } from 'node:path';
import type { MachineFolders } from '../../src/ports.ts';

/** A machine that has the given files and folders, each with all that lie above it. */
export class FakeMachineFolders implements MachineFolders {
  readonly #paths: readonly string[];
  readonly #links: Readonly<Record<string, string>>;
  readonly #documents: string | undefined;

  constructor(
    paths: readonly string[] = [],
    more: { readonly links?: Record<string, string>; readonly documents?: string } = {},
  ) {
    this.#paths = paths;
    this.#links = more.links ?? {};
    this.#documents = more.documents;
  }

  beginning(path: string): Promise<string | undefined> {
    return Promise.resolve(this.#paths.includes(path) ? '' : undefined);
  }

  names(folder: string): Promise<readonly string[]> {
    const { sep } = kindOf(folder);
    const start = folder.endsWith(sep) ? folder : `${folder}${sep}`;
    const inside = this.#paths.filter((path) => path.startsWith(start));
    return Promise.resolve(inside.map((path) => path.slice(start.length).split(sep)[0] ?? ''));
  }

  target(path: string): Promise<string | undefined> {
    const linked = this.#links[path];
    if (linked !== undefined) return Promise.resolve(linked);
    const { sep } = kindOf(path);
    const isThere = this.#paths.some((one) => one === path || one.startsWith(`${path}${sep}`));
    return Promise.resolve(isThere ? path : undefined);
  }

  documents(): Promise<string | undefined> {
    return Promise.resolve(this.#documents);
  }
}

function kindOf(path: string): { readonly sep: string } {
  return /^[A-Za-z]:|^\\\\/.test(path) ? win32 : posix;
}
