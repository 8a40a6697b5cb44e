import type { SharedFolders } from '../../src/ports.ts';

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
