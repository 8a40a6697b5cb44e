import type { PlatformPath } from 'node:path';
import { pathsOf } from '../../delivery/files/state-directory.ts';
import type { MachineFolders } from '../../ports.ts';
import type { ToolMachine } from '../sign-in-tool.ts';

/** What the job and the machine add to where Python looks for packages. */
export type PythonSurroundings = Pick<ToolMachine, 'folders' | 'environment'>;

/** Where a launcher has Python look for Azure CLI. */
export interface PackageFolders {
  /** All that Python may take it from. */
  readonly folders: readonly string[];
  /** Whether variables of the job, and packages of the user, stay out. */
  readonly isIsolated: boolean;
}

/** The program on the PATH. */
interface Launcher {
  /** As it was found there: launchers look beside themselves by this path. */
  readonly found: string;
  /** The same behind all links. */
  readonly real: string;
  readonly text: string;
}

type Form = (launcher: Launcher, world: PythonSurroundings) => Promise<PackageFolders | undefined>;

/** Azure CLI's own installers: https://github.com/Azure/azure-cli, `build_scripts`. */
const forms: readonly Form[] = [batchFile, pythonScript, shellScript, archive];

/**
 * Follows the program on the PATH to the folders in which its packages lie, without starting it.
 * @returns undefined for a script of nobody we know: where that leads, only running it shows.
 */
export async function packageFolders(
  program: string,
  world: PythonSurroundings,
): Promise<PackageFolders | undefined> {
  const real = await world.folders.target(program);
  const text = real === undefined ? undefined : await world.folders.beginning(real);
  if (real === undefined || text === undefined) return undefined;
  for (const form of forms) {
    const found = await form({ found: program, real, text }, world);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Windows: of the installer and the archive in `wbin` or `bin`, of pip in `Scripts`. */
async function batchFile(
  { found, text }: Launcher,
  { folders: machine }: PythonSurroundings,
): Promise<PackageFolders | undefined> {
  if (!/\.(cmd|bat)$/i.test(found)) return undefined;
  const start = /"%~dp0(\\\.\.)?\\python\.exe" -(\w*)m azure\.cli %\*/.exec(text);
  if (start === null) return undefined;
  const [, step = '', flags = ''] = start;
  const path = pathsOf(found);
  const home = path.join(path.dirname(found), step.slice(1));
  // Where there is no such Python, pip's script takes any on the PATH.
  const names = await machine.names(home);
  if (!names.some((name) => name.toLowerCase() === 'python.exe')) return undefined;
  const above = path.dirname(home);
  const isVenv = (await machine.names(above)).includes('pyvenv.cfg');
  const folder = path.join(isVenv ? above : home, 'Lib', 'site-packages');
  return { folders: [folder], isIsolated: flags.includes('I') };
}

/** Pip's script, pipx's, and that of Debian's own package: Python by the first line. */
async function pythonScript(
  { real, text }: Launcher,
  world: PythonSurroundings,
): Promise<PackageFolders | undefined> {
  const isAzureCli = /'-m', 'azure\.cli'|run_module\('azure\.cli'/.test(text);
  const python = interpreterIn(text);
  if (!isAzureCli || python === undefined) return undefined;
  const path = pathsOf(real);
  const prefix = path.dirname(path.dirname(python));
  if ((await world.folders.names(prefix)).includes('pyvenv.cfg')) {
    return { folders: await pythonFolders(prefix, path, world.folders), isIsolated: false };
  }
  const realPython = (await world.folders.target(python)) ?? python;
  const prefixes = [real, python, realPython].map((one) => path.dirname(path.dirname(one)));
  return { folders: await shared([...prefixes, '/usr/local'], path, world), isIsolated: false };
}

/** By its path alone: `/usr/bin/env` takes the first on a PATH that later steps can change. */
function interpreterIn(text: string): string | undefined {
  const plain = /^#!(\/\S*\/python[\d.]*)( -\w+)?\r?\n/.exec(text);
  // A path that is too long for the kernel, or has a blank, goes through a shell.
  const long = /^#!\/bin\/sh\n'''exec' "?(\/[^"\n]*\/python[\d.]*)"? "\$0" "\$@"\n/.exec(text);
  return (plain ?? long)?.[1];
}

/** The one line of a launching script that starts Python, with the variables that it sets for it. */
const startLine = /^[ \t]*(?:exec )?((?:[A-Z_]+=\S+ )*)(\S+) -(\w*)m azure\.cli "\$@"[ \t]*$/gm;

/** In Microsoft's packages: the folder of the script itself. */
const ownFolder = /^bin_dir=[`$(]+cd "\$\(dirname "\$BASH_SOURCE\[0\]"\)"; pwd[`)]$/m;

/** Microsoft's packages for Debian and Red Hat, and Homebrew's formula. */
async function shellScript(
  { found, text }: Launcher,
  world: PythonSurroundings,
): Promise<PackageFolders | undefined> {
  const [line, ...others] = text.matchAll(startLine);
  if (!text.startsWith('#!') || line === undefined || others.length > 0) return undefined;
  const path = pathsOf(found);
  const folder = ownFolder.test(text) ? path.dirname(found) : '$bin_dir';
  const [, variables = '', program = '', flags = ''] = line.map((part) =>
    part.replaceAll('"', '').replaceAll('$bin_dir', folder),
  );
  const isIsolated = flags.includes('I');
  const [, own] = /(?:^| )PYTHONPATH=(\S+) /.exec(variables) ?? [];
  if (own !== undefined && !isIsolated) {
    return isPlain(own) ? { folders: [path.normalize(own)], isIsolated: true } : undefined;
  }
  if (!isPlain(program) || !/\/python[\d.]*$/.test(program)) return undefined;
  const prefix = path.dirname(path.dirname(path.normalize(program)));
  const folders = isIsolated
    ? await pythonFolders(prefix, path, world.folders)
    : await shared([prefix], path, world);
  return { folders, isIsolated };
}

/** A path from the root in which nothing of the shell is left. */
function isPlain(path: string): boolean {
  return /^\/[\w@+./-]*$/.test(path);
}

const archiveFolder =
  'AZURE_CLI_SITE_PACKAGES="$INSTALL_DIR/libexec/lib/python${PY_VER}/site-packages"';

/** Homebrew's cask and the archive: they find themselves behind links, and look for a Python. */
async function archive(
  { real, text }: Launcher,
  { folders: machine }: PythonSurroundings,
): Promise<PackageFolders | undefined> {
  const isArchive = text.includes(archiveFolder) && text.includes('-sm azure.cli');
  if (!isArchive || !real.endsWith('/libexec/bin/az')) return undefined;
  const path = pathsOf(real);
  const prefix = path.dirname(path.dirname(real));
  return { folders: await pythonFolders(prefix, path, machine), isIsolated: true };
}

/** Of a Python that others share: packages of the user, and of each prefix. */
async function shared(
  prefixes: readonly string[],
  path: PlatformPath,
  { folders: machine, environment }: PythonSurroundings,
): Promise<readonly string[]> {
  const { HOME: home = '' } = environment;
  const all = home === '' ? prefixes : [...prefixes, path.join(home, '.local')];
  const folders = await Promise.all(
    [...new Set(all)].map((prefix) => pythonFolders(prefix, path, machine)),
  );
  return folders.flat();
}

/** Where each version of Python below a prefix keeps its packages; Debian's have a folder of their own. */
async function pythonFolders(
  prefix: string,
  path: PlatformPath,
  machine: MachineFolders,
): Promise<readonly string[]> {
  const lib = path.join(prefix, 'lib');
  const pythons = (await machine.names(lib)).filter((name) => /^python3(\.\d+)?$/.test(name));
  return pythons.flatMap((name) =>
    ['site-packages', 'dist-packages'].map((kind) => path.join(lib, name, kind)),
  );
}
