import type { SharedFolders } from '../../src/ports.ts';
import type { FakeFiles } from './fakes.ts';

/** A temp folder in which no other program of the job has left anything. */
export const emptyFolders: SharedFolders = {
  names: () => [],
  identity: () => undefined,
  read: () => undefined,
  stamp: () => undefined,
  claim: () => false,
  draft: (folder) => `${folder}/draft`,
  move: () => false,
  link: () => false,
  remove: () => undefined,
  watch: () => () => undefined,
};

/** Folders of which the files are those of a fake disk. */
export function foldersOver({ contents }: FakeFiles): SharedFolders {
  return {
    ...emptyFolders,
    read: (path) => contents.get(path),
    claim: (path, content) => {
      if (contents.has(path)) return false;
      contents.set(path, content);
      return true;
    },
    remove: (path) => void contents.delete(path),
  };
}
