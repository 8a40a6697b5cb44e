import { pathsOf } from '../delivery/files/state-directory.ts';
import type { SharedFolders } from '../ports.ts';

/** More profiles or files than this of one job are not looked at. */
const maxFound = 64;

/**
 * The folders in which Microsoft's tasks sign Azure CLI in, below the agent's temp folder:
 * AzureCLI (a name with something unique since its version of June 2026, one fixed name before), and
 * BicepDeploy.
 */
const profileName = /^\.(azclitask|azclitask-[^/\\]+|bicepdeploy-[^/\\]+)$/;

/** The folders of the tasks that run kubelogin; below each is one folder for each run. */
const kubeloginFolders = ['helmTask', 'kubectlTask'];

/** What tasks of the job left below the temp folder for their tools to sign in with. */
export interface TaskSignIns {
  /** Profiles of Azure CLI. */
  readonly profiles: readonly string[];
  /** Files that hold an ID token, each with the folder that it lies in. */
  readonly idTokenFiles: readonly { readonly folder: string; readonly path: string }[];
}

/** Looks once for what other tasks signed in with; nothing is opened. */
export function findTaskSignIns(tempDirectory: string, folders: SharedFolders): TaskSignIns {
  const path = pathsOf(tempDirectory);
  const names = folders.names(tempDirectory);
  const profiles = names
    .filter((name) => profileName.test(name))
    .map((name) => path.join(tempDirectory, name));
  const runs = kubeloginFolders
    .filter((name) => names.includes(name))
    .map((name) => path.join(tempDirectory, name))
    .filter((folder) => folders.identity(folder) !== undefined)
    .flatMap((folder) => folders.names(folder).map((name) => path.join(folder, name)));
  const idTokenFiles = runs
    .slice(0, maxFound)
    .map((folder) => ({ folder, path: path.join(folder, 'id_token') }))
    .filter((each) => folders.stamp(each.path) !== undefined);
  return { profiles: profiles.slice(0, maxFound), idTokenFiles };
}
