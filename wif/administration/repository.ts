import type { YamlReading } from './pipeline-tree.ts';

/** Files of the repository: undefined for what is not there, or cannot be read. */
export interface Repository {
  /** A path as a pipeline writes it; `from` is the file that names it. */
  read(path: string, from: string): { readonly file: string; readonly text: string } | undefined;
  readYaml(text: string): YamlReading;
}
