import { posix, win32, type PlatformPath } from 'node:path';
import type { Secret } from '../../secret.ts';

/** How the directories are named that these tasks make for a job. */
const names = {
  shared: 'workload-identity',
  sharedInContainer: 'workload-identity-container',
  /** Followed by something unique. */
  ofOneStep: 'workload-identity-once-',
} as const;

/** Paths in the directory that all our tasks of one job share, below `Agent.TempDirectory`. */
export interface StateDirectory {
  readonly root: string;
  readonly stateFile: string;
  /** What a broker that died unexpectedly has left. */
  readonly lastWordsFile: string;
  /** What the tokens of the job did so far. */
  readonly timelineFile: string;
  connectionDirectory(connectionId: string): string;
  tokenFile(connectionId: string): string;
  accessTokenFile(connectionId: string, name: string): string;
}

/**
 * The private profile of Azure CLI, for a sign-in with a token file. Sign-ins of a job share one for each
 * cloud. An Azure Stack has its own, since each is another cloud of that name; so has a step without the
 * broker.
 * @param mayShare false where az signs itself in.
 */
export function azureCliProfile(
  tokenFile: string,
  { name }: { readonly name: string },
  { mayShare }: { readonly mayShare: boolean },
): string {
  const path = pathsOf(tokenFile);
  const own = path.dirname(tokenFile);
  const isAlone =
    !mayShare || name === 'AzureStack' || path.basename(own).startsWith(names.ofOneStep);
  return path.join(isAlone ? own : path.dirname(own), `azure-${name}`);
}

/** The access token that git's helper reads, beside the token file of the same connection. */
export function gitTokenFileBeside(tokenFile: string): string {
  const path = pathsOf(tokenFile);
  return path.join(path.dirname(tokenFile), 'git-token');
}

/**
 * Whether this is the temp directory as a job container sees it: there the agent's paths begin so.
 * It is the same folder as outside, but the loopback behind it is another one: host and container
 * have a broker each.
 */
export function isInContainer(tempDirectory: string): boolean {
  return /^(\/__w|[A-Za-z]:\\__w)([\\/]|$)/.test(tempDirectory);
}

/** The layout; which kind of path it is shows in the path of the temp directory itself. */
export function stateDirectoryIn(tempDirectory: string): StateDirectory {
  const path = pathsOf(tempDirectory);
  const name = isInContainer(tempDirectory) ? names.sharedInContainer : names.shared;
  const root = path.join(tempDirectory, name);
  const connectionDirectory = (connectionId: string): string => path.join(root, connectionId);
  return {
    root,
    stateFile: path.join(root, 'broker.json'),
    lastWordsFile: path.join(root, 'last-words.json'),
    timelineFile: path.join(root, 'timeline.json'),
    connectionDirectory,
    tokenFile: (connectionId) => path.join(connectionDirectory(connectionId), 'id-token'),
    accessTokenFile: (connectionId, name) => path.join(connectionDirectory(connectionId), name),
  };
}

/** A directory of one step's own, for a token file that nobody keeps fresh. */
export function onceDirectoryIn(
  tempDirectory: string,
  name: Secret,
): { directory: string; tokenFile: string } {
  const path = pathsOf(tempDirectory);
  const unique = name.reveal().slice(0, 12);
  const directory = path.join(tempDirectory, `${names.ofOneStep}${unique}`);
  return { directory, tokenFile: path.join(directory, 'id-token') };
}

/** Whether a path is one that {@link onceDirectoryIn} gives: right in the folder, with our form of name. */
export function isOnceDirectoryIn(tempDirectory: string, directory: string): boolean {
  const path = pathsOf(tempDirectory);
  const name = path.basename(directory);
  const isName = new RegExp(`^${names.ofOneStep}[\\w-]{12}$`).test(name);
  return isName && directory === path.join(tempDirectory, name);
}

/** Whether a file lies in a directory of ours, whichever job's temp directory that is in. */
export function isInOurDirectory(file: string): boolean {
  const folders = file.split(/[\\/]/).slice(1, -1);
  return folders.some(
    (folder) =>
      folder === names.shared ||
      folder === names.sharedInContainer ||
      folder.startsWith(names.ofOneStep),
  );
}

/** The kind of paths that a path shows itself to be one of. */
export function pathsOf(path: string): PlatformPath {
  return isWindowsPath(path) ? win32 : posix;
}

/** Whether a path begins with a drive or a server. */
export function isWindowsPath(path: string): boolean {
  return /^[A-Za-z]:[\\/]|^\\\\/.test(path);
}
