import { isWindowsPath } from '../../delivery/files/state-directory.ts';
import type { Tools } from '../../ports.ts';
import { forgetScript, scriptFromInput } from './scripts.ts';

const forgetMs = 60_000;

/** Every PowerShell there is: the current one, and the older one that Windows brings along. */
export async function findPowerShells(tools: Tools): Promise<readonly string[]> {
  const found = [await tools.find('pwsh'), await tools.find('powershell')];
  return found.filter((program) => program !== undefined);
}

/** Removes a context of Azure PowerShell; whether that went well. */
export async function forgetContext(context: string, tools: Tools): Promise<boolean> {
  const input = forgetScript(context);
  for (const program of await findPowerShells(tools)) {
    const args = scriptFromInput(isWindowsPath(program));
    const run = { program, arguments: args, environment: {}, input };
    const { exitCode } = await tools.run({ ...run, timeoutMs: forgetMs });
    if (exitCode === 0) return true;
  }
  return false;
}
