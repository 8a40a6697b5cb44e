import type { MachineFolders } from '../../src/ports.ts';

/** A machine on which somebody installed something: texts by path, and links. */
export class InstalledTree implements MachineFolders {
  readonly #texts = new Map<string, string>();
  readonly #links = new Map<string, string>();

  add(path: string, text = ''): this {
    this.#texts.set(path, text);
    return this;
  }

  link(path: string, target: string): this {
    this.#links.set(path, target);
    return this;
  }

  target(path: string): Promise<string | undefined> {
    const real = this.#behindLinks(path);
    return Promise.resolve(this.#texts.has(real) ? real : undefined);
  }

  beginning(path: string): Promise<string | undefined> {
    return Promise.resolve(this.#texts.get(this.#behindLinks(path)));
  }

  names(folder: string): Promise<readonly string[]> {
    const below = this.#behindLinks(folder).replace(/[\\/]$/, '');
    const names = [...this.#texts.keys(), ...this.#links.keys()]
      .filter((path) => path.startsWith(below) && /[\\/]/.test(path.charAt(below.length)))
      .map((path) => path.slice(below.length + 1).split(/[\\/]/)[0] ?? '');
    return Promise.resolve([...new Set(names)]);
  }

  documents(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** A link may stand for a folder on the way too. */
  #behindLinks(path: string): string {
    for (const [link, target] of this.#links) {
      if (path === link || path.startsWith(`${link}/`)) {
        return this.#behindLinks(`${target}${path.slice(link.length)}`);
      }
    }
    return path;
  }
}

/** What pip leaves of Azure CLI in a folder of packages. */
export function azureCliPackage(tree: InstalledTree, folder: string, version: string): void {
  const path = folder.includes('\\') ? '\\' : '/';
  const within = (...names: readonly string[]): string => [folder, ...names].join(path);
  tree
    .add(
      within(`azure_cli-${version}.dist-info`, 'METADATA'),
      `Metadata-Version: 2.1\nName: azure-cli\nVersion: ${version}\n`,
    )
    .add(
      within('azure', 'cli', 'core', '__init__.py'),
      `import os\n\n__version__ = "${version}"\n`,
    );
}

/** Pip's script: Python by its first line. */
export function pipScript(interpreter: string): string {
  return `#!${interpreter}\n\nimport sys\nimport os\n\nos.execl(sys.executable, sys.executable, '-m', 'azure.cli', *sys.argv[1:])\n`;
}
