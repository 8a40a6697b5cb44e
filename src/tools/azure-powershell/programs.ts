import { posix } from 'node:path';
import { isWindowsPath } from '../../delivery/files/state-directory.ts';
import type { Environment, MachineFolders, Tools } from '../../ports.ts';
import { lookForModule, type ModuleSighting } from './module-search.ts';
import { forgetScript, scriptFromInput } from './scripts.ts';

const forgetMs = 60_000;

/** What PowerShell does beside its work, which a step has no use for. */
export const quietPowerShell = { POWERSHELL_TELEMETRY_OPTOUT: '1', POWERSHELL_UPDATECHECK: 'Off' };

/** A PowerShell of the machine. */
export interface PowerShell {
  readonly program: string;
  /** Whether the module lies where this PowerShell looks. */
  readonly module: ModuleSighting;
}

/** Every PowerShell there is: the current one, and the older one that Windows brings along. */
export async function findPowerShells(tools: Tools): Promise<readonly string[]> {
  const found = [await tools.find('pwsh'), await tools.find('powershell')];
  return found.filter((program) => program !== undefined);
}

/** The order in which it is worth to start them. */
const byHope: readonly ModuleSighting[] = ['seen', 'unsure', 'not seen'];

/** Those that have the module first, so that one start is enough. */
export async function inOrderOfHope(
  programs: readonly string[],
  environment: Environment,
  folders: MachineFolders,
): Promise<readonly PowerShell[]> {
  const shells: PowerShell[] = [];
  for (const program of programs) {
    shells.push({ program, module: await lookForModule(program, environment, folders) });
  }
  return shells.toSorted((a, b) => byHope.indexOf(a.module) - byHope.indexOf(b.module));
}

/** The names of programs as a person calls them. */
export function namesOf(programs: readonly string[]): string {
  const names = programs.map((path) =>
    posix.basename(path.replaceAll('\\', '/')).replace(/\.\w{1,4}$/, ''),
  );
  return names.join(' and ');
}

/** Removes a context of Azure PowerShell; whether that went well. */
export async function forgetContext(
  context: string,
  environment: Environment,
  { tools, folders }: { readonly tools: Tools; readonly folders: MachineFolders },
): Promise<boolean> {
  const input = forgetScript(context);
  const shells = await inOrderOfHope(await findPowerShells(tools), environment, folders);
  for (const { program } of shells) {
    const args = scriptFromInput(isWindowsPath(program));
    const run = { program, arguments: args, environment: quietPowerShell, input };
    const { exitCode } = await tools.run({ ...run, timeoutMs: forgetMs });
    if (exitCode === 0) return true;
  }
  return false;
}
