import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Environment, ToolOutcome, ToolRun, Tools } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { endTool, endWithThisProcess } from './running-tools.ts';
import { isWindows, systemProgram } from './system-program.ts';
import { keptText } from './tool-text.ts';

/** Enough for a list of many hundred subscriptions. */
const maxOutput = 4 * 1024 * 1024;
const maxErrors = 256 * 1024;

/** What a tool may still have to say once it has ended, in ms: a child of its own may hold on. */
const lastWordsMs = 1_000;

/** Windows finds programs by these endings where `PATHEXT` names none. */
const usualEndings = '.COM;.EXE;.BAT;.CMD';

/**
 * What the agent gives to this step alone: inputs, secret variables, service connections, secure
 * files, the job's token and the proxy's password. Later steps do not see them; no tool does.
 */
const ofThisStepAlone =
  /^(INPUT|SECRET|ENDPOINT|SECUREFILE|VSTS_TASKVARIABLE)_|^SYSTEM_ACCESSTOKEN$|_PROXY_?PASSWORD$/i;

/** Programs of this machine. */
export const systemTools: Tools = {
  async find(name) {
    const endings = isWindows ? programEndings(variable('PATHEXT') ?? usualEndings) : [''];
    for (const entry of (variable('PATH') ?? '').split(delimiter)) {
      // Windows takes directories in quotes as well, and so do those who extend its PATH.
      const directory = isWindows ? entry.replaceAll('"', '') : entry;
      if (directory === '') continue;
      for (const ending of endings) {
        const path = join(directory, `${name}${ending}`);
        if (await isProgram(path)) return path;
      }
    }
    return undefined;
  },

  run: (wanted) =>
    new Promise((resolve) => {
      const tool = start(wanted);
      if (tool === undefined) {
        resolve({ trouble: 'not started', output: '', errors: '' });
        return;
      }
      follow(tool, wanted, resolve);
    }),
};

/**
 * A batch file (`az.cmd`) as an argument of `cmd.exe`, the only program that can run one: Node
 * refuses to start it directly since CVE-2024-27980. The command processor reads the line by its
 * own rules, so whatever could mean something to it inside quotes is refused, not escaped.
 * @throws {TypeError} for an argument that holds such a character.
 */
export function batchCommandLine(program: string, args: readonly string[]): string {
  const parts = [program, ...args];
  if (parts.some((part) => /["%!^\x00-\x1f\x7f]|\\$/.test(part))) {
    throw new TypeError('an argument that a batch file would not get as it is');
  }
  return `"${parts.map((part) => `"${part}"`).join(' ')}"`;
}

/** Of the endings that `PATHEXT` names, in its order, those of what can be started without a shell. */
export function programEndings(pathExt: string): readonly string[] {
  return pathExt.split(';').filter((ending) => /^\.(com|exe|bat|cmd)$/i.test(ending));
}

/** The environment of a tool: as a step of this job sees it, with the changes applied. */
export function toolEnvironment(
  own: Environment,
  changes: ToolRun['environment'],
): Record<string, string> {
  const changed = new Set(Object.keys(changes).map(spelling));
  const kept = Object.entries(own).filter(
    ([name, value]) =>
      value !== undefined && !ofThisStepAlone.test(name) && !changed.has(spelling(name)),
  );
  const added = Object.entries(changes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    [...kept, ...added].map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : (value ?? ''),
    ]),
  );
}

function start({ program, arguments: args, environment }: ToolRun): ChildProcess | undefined {
  const options = {
    env: toolEnvironment(process.env, environment),
    stdio: ['pipe', 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    // A group of its own, so that what a launching script started can be ended with it.
    detached: !isWindows,
  };
  try {
    if (!isWindows || !/\.(cmd|bat)$/i.test(program)) {
      return spawn(program, args, options);
    }
    const line = batchCommandLine(program, args);
    return spawn(systemProgram('cmd.exe'), ['/d', '/v:off', '/s', '/c', line], {
      ...options,
      windowsVerbatimArguments: true,
    });
  } catch {
    return undefined;
  }
}

function follow(
  tool: ChildProcess,
  { input, timeoutMs }: ToolRun,
  resolve: (outcome: ToolOutcome) => void,
): void {
  const output = keptText(tool.stdout, { head: maxOutput, tail: 0 });
  const errors = keptText(tool.stderr, { head: maxErrors / 2, tail: maxErrors / 2 });
  const letGo = endWithThisProcess(tool);
  const settle = (how: Pick<ToolOutcome, 'exitCode' | 'trouble'>): void => {
    clearTimeout(timer);
    letGo();
    tool.stdout?.destroy();
    tool.stderr?.destroy();
    resolve({ ...how, output: output(), errors: errors() });
  };
  const state = { isLate: false };
  const timer = setTimeout(() => {
    state.isLate = true;
    void endTool(tool).then(() => settle({ trouble: 'timeout' }));
  }, timeoutMs);
  const ended = (code: number | null): Pick<ToolOutcome, 'exitCode' | 'trouble'> => {
    // Windows gives what it ends by force an exit code too.
    if (state.isLate) return { trouble: 'timeout' };
    return code === null ? { trouble: 'ended' } : { exitCode: code };
  };
  tool.once('error', () => settle({ trouble: 'not started' }));
  tool.once('close', (code) => settle(ended(code)));
  tool.once('exit', (code) => setTimeout(() => settle(ended(code)), lastWordsMs).unref());
  // A tool that reads nothing closes the pipe; what it thinks of that shows in its exit code.
  tool.stdin?.on('error', () => undefined);
  tool.stdin?.end(input instanceof Secret ? input.reveal() : (input ?? ''));
}

async function isProgram(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of this process itself, whose names ignore their case on Windows; empty is absent. */
function variable(name: string): string | undefined {
  const exact = process.env[name];
  return exact === '' ? undefined : exact;
}

function spelling(name: string): string {
  return isWindows ? name.toUpperCase() : name;
}
