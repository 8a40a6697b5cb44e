import { homedir } from 'node:os';
import { join } from 'node:path';
import { programOnPath } from '../../harness/stage.ts';
import { goProgram, ownFile } from '../paths.ts';

/** What containers are made and run with; `.ci/run` installs it. */
export const containerPrograms: readonly string[] = ['podman', 'runc', 'debootstrap'];

/** The image of all rows. */
export const containerImage = 'contoso.azurecr.io/tools:latest';

/** Images, some 250 MB, outside of the repository: they are no part of it, and root's. */
export const containerFolder = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'workload-identity-conformance',
);

/** The program that plays `docker`, and the folder of `docker` and `deploy`. */
export const containerEngine = ownFile('containers', 'docker');
export const containerCommands = ownFile('containers');

/** Why no container can be run here; undefined where one can. */
export function whyNoContainers(): string | undefined {
  const missing = containerPrograms.filter((name) => programOnPath(name) === undefined);
  if (missing.length > 0) return `not on the PATH of this machine: ${missing.join(', ')}`;
  return process.getuid?.() === 0 ? undefined : 'only root can make the image';
}

/** What the commands in `containers/` read. */
export function containerEnvironment(proxyPort: number): Readonly<Record<string, string>> {
  return {
    CONTAINER_STORAGE: join(containerFolder, 'storage'),
    CONTAINER_PROGRAM: goProgram('sdk'),
    CONTAINER_PROXY: `http://host.containers.internal:${proxyPort}`,
  };
}
