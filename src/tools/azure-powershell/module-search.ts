import { posix, win32 } from 'node:path';
import { isWindowsPath } from '../../delivery/files/state-directory.ts';
import type { Environment, MachineFolders } from '../../ports.ts';

/** Where a PowerShell looks for modules, as far as its environment and its own place tell. */
interface ModulePlaces {
  readonly folders: readonly string[];
  /** By these it may look elsewhere too. */
  readonly configurations: readonly string[];
}

/**
 * Whether the module lies where a PowerShell looks; `unsure` where only PowerShell itself can tell.
 */
export type ModuleSighting = 'seen' | 'not seen' | 'unsure';

const moduleName = 'az.accounts';
const configuration = 'powershell.config.json';

/**
 * Looks for the folder of the module Az.Accounts without starting a PowerShell, which takes a second.
 * @param program the path of the PowerShell, as it was found.
 */
export async function lookForModule(
  program: string,
  environment: Environment,
  machine: MachineFolders,
): Promise<ModuleSighting> {
  const isWindows = isWindowsPath(program);
  const documents = isWindows ? await machine.documents() : undefined;
  const home = { realProgram: await machine.target(program), documents };
  const places = isWindows
    ? windowsModulePlaces(program, environment, home)
    : unixModulePlaces(environment, home);
  for (const folder of places.folders) {
    const names = await machine.names(folder);
    if (names.some((name) => name.toLowerCase() === moduleName)) return 'seen';
  }
  if (isWindows && !isUsual(documents, environment)) return 'unsure';
  for (const file of places.configurations) {
    if ((await machine.target(file)) !== undefined) return 'unsure';
  }
  return 'not seen';
}

/** What is known of the user and the program beside the environment. */
interface Home {
  /** The program behind all links; undefined where that cannot be seen. */
  readonly realProgram: string | undefined;
  /** The user's Documents folder on Windows; undefined where the system does not tell. */
  readonly documents: string | undefined;
}

/** The order of PowerShell 7 on Linux and macOS; an inherited `PSModulePath` is added at its end. */
export function unixModulePlaces(environment: Environment, { realProgram }: Home): ModulePlaces {
  const home = filled(environment['HOME']);
  const under = (variable: string, usual: string): string | undefined => {
    const named = filled(environment[variable]);
    if (named !== undefined) return posix.join(named, 'powershell');
    return home === undefined ? undefined : posix.join(home, usual, 'powershell');
  };
  const data = under('XDG_DATA_HOME', '.local/share');
  const config = under('XDG_CONFIG_HOME', '.config');
  const own = realProgram === undefined ? undefined : posix.dirname(realProgram);
  return {
    folders: present([
      data && posix.join(data, 'Modules'),
      '/usr/local/share/powershell/Modules',
      own && posix.join(own, 'Modules'),
      ...entries(environment['PSModulePath'], ':'),
    ]),
    configurations: present([own, config]).map((folder) => posix.join(folder, configuration)),
  };
}

/** The places of PowerShell 7 on Windows, or of the Windows PowerShell that comes with the system. */
export function windowsModulePlaces(
  program: string,
  environment: Environment,
  { realProgram = program, documents }: Home,
): ModulePlaces {
  const isOfSystem = /^powershell\.exe$/i.test(win32.basename(program));
  const name = isOfSystem ? 'WindowsPowerShell' : 'PowerShell';
  const own = win32.dirname(realProgram);
  const programFiles = filled(variable(environment, 'ProgramFiles'));
  const system = filled(variable(environment, 'SystemRoot'));
  const user = documents && win32.join(documents, name);
  return {
    folders: present([
      user && win32.join(user, 'Modules'),
      programFiles && win32.join(programFiles, name, 'Modules'),
      win32.join(own, 'Modules'),
      ...entries(variable(environment, 'PSModulePath'), ';'),
      system && win32.join(system, 'System32', 'WindowsPowerShell', 'v1.0', 'Modules'),
    ]),
    configurations: isOfSystem
      ? []
      : present([own, user]).map((folder) => win32.join(folder, configuration)),
  };
}

/** The directories of a `PSModulePath`. */
export function entries(list: string | undefined, separator: ':' | ';'): readonly string[] {
  return (list ?? '')
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A variable of the environment, whose name ignores its case, as Windows does. */
export function variable(environment: Environment, name: string): string | undefined {
  const exact = environment[name];
  if (exact !== undefined) return exact;
  const spelled = Object.keys(environment).find((one) => one.toLowerCase() === name.toLowerCase());
  return spelled === undefined ? undefined : environment[spelled];
}

/** Whether Documents lies where Windows puts it: a redirected one may be on a server, say. */
function isUsual(documents: string | undefined, environment: Environment): boolean {
  const profile = filled(variable(environment, 'USERPROFILE'));
  if (documents === undefined || profile === undefined) return false;
  return documents.toLowerCase() === win32.join(profile, 'Documents').toLowerCase();
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function present(paths: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(paths.filter((path) => path !== undefined && path !== ''))] as string[];
}
