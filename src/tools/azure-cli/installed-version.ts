import { pathsOf } from '../../delivery/files/state-directory.ts';
import type { MachineFolders } from '../../ports.ts';
import { packageFolders, type PythonSurroundings } from './launcher.ts';

/** Which Azure CLI is installed, read without starting it. */
export type InstalledVersion =
  | { readonly kind: 'read'; readonly version: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** The folder in which a package of Python says what it is, by one of two forms of name. */
const metadataName = /^azure_cli-(\d+\.\d+\.\d+)(-py[\d.]+)?\.(dist|egg)-info$/;

/** Reads the version of the Azure CLI that a program on the PATH leads to. */
export async function installedVersion(
  program: string,
  world: PythonSurroundings,
): Promise<InstalledVersion> {
  const packages = await packageFolders(program, world);
  if (packages === undefined) return unknown('the program on the PATH is of no known installer');
  if (!packages.isIsolated && (await isShadowed(world, program))) {
    return unknown('PYTHONPATH names another one');
  }
  const found = await Promise.all(
    packages.folders.map((folder) => versionsIn(folder, world.folders)),
  );
  const versions = new Set(found.flat());
  const [version] = versions;
  if (versions.size === 0) return unknown('its package was not found');
  if (versions.size > 1) return unknown('several versions of it are there');
  return version === undefined ? unknown('its package is damaged') : { kind: 'read', version };
}

/** The versions in a folder of packages: one, unless an upgrade broke off. */
async function versionsIn(
  folder: string,
  machine: MachineFolders,
): Promise<readonly (string | undefined)[]> {
  const names = await machine.names(folder);
  const wanted = names.filter((name) => metadataName.test(name));
  return Promise.all(wanted.map((name) => versionOf(name, folder, machine)));
}

/** By all that say it: the name of the metadata, their content, and the package; undefined where they differ. */
async function versionOf(
  name: string,
  folder: string,
  machine: MachineFolders,
): Promise<string | undefined> {
  const path = pathsOf(folder);
  const [, version = ''] = metadataName.exec(name) ?? [];
  const place = path.join(folder, name);
  const [about, core = ''] = await Promise.all([
    machine.beginning(path.join(place, name.endsWith('.dist-info') ? 'METADATA' : 'PKG-INFO')),
    machine.beginning(path.join(folder, 'azure', 'cli', 'core', '__init__.py')),
  ]);
  // An egg may be a single file.
  const metadata = about ?? (await machine.beginning(place)) ?? '';
  const isWhole =
    /^Version: (\S+)\s*$/m.exec(metadata)?.[1] === version &&
    /^__version__ = ["']([^"']+)["']/m.exec(core)?.[1] === version;
  return isWhole ? version : undefined;
}

/** Whether the job gives Python an Azure CLI that comes before the installed one. */
async function isShadowed(
  { folders: machine, environment }: PythonSurroundings,
  program: string,
): Promise<boolean> {
  const path = pathsOf(program);
  const folders = (environment['PYTHONPATH'] ?? '').split(path.delimiter).filter(Boolean);
  const azure = await Promise.all(
    folders.map((folder) => machine.names(path.join(folder, 'azure'))),
  );
  return azure.some((names) => names.includes('cli'));
}

function unknown(why: string): InstalledVersion {
  return { kind: 'unknown', why };
}
