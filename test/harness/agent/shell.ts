import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ScriptStep } from './job-message.ts';
import { pathOf } from './step-environment.ts';

/** How a shell is given a script. */
export interface Shell {
  readonly extension: string;
  /** What is written to the file for the text of a step. */
  readonly contents: (script: string) => string;
  readonly arguments: (file: string) => string[];
  /** Whether Windows gets the arguments as they are, without Node's quotes. */
  readonly verbatim: boolean;
  /** @throws {Error} where the shell is not there. */
  readonly find: (environment: Readonly<Record<string, string>>) => string;
}

/** The shell of a script step, used as the agent's own task for it does. */
export function shellOf(name: ScriptStep['shell']): Shell {
  const find: Shell['find'] = (environment) => findProgram(name, environment);
  switch (name) {
    case 'bash':
      return { ...posix, find, arguments: (file) => ['--noprofile', '--norc', file] };
    case 'sh':
      return { ...posix, find, arguments: (file) => [file] };
    case 'pwsh':
    case 'powershell':
      return {
        extension: 'ps1',
        contents: (script) => `$ErrorActionPreference = 'stop'\n${script}`,
        arguments: (file) => [
          '-NoLogo',
          '-NoProfile',
          '-NonInteractive',
          '-Command',
          `. '${file}'`,
        ],
        verbatim: false,
        find,
      };
    case 'cmd':
      return {
        extension: 'cmd',
        contents: (script) => `@echo off\n${script}\n`.replaceAll(/\r?\n/g, '\r\n'),
        arguments: (file) => ['/D', '/E:ON', '/V:OFF', '/S', '/C', `"CALL "${file}""`],
        verbatim: true,
        find: (environment) => environment['ComSpec'] ?? findProgram(name, environment),
      };
  }
}

const posix = {
  extension: 'sh',
  contents: (script: string): string => script,
  verbatim: false,
};

const onWindows = process.platform === 'win32';

function findProgram(name: string, environment: Readonly<Record<string, string>>): string {
  const folders = (pathOf(environment, onWindows) ?? '').split(delimiter);
  const endings = onWindows ? ['.exe', '.cmd', '.bat'] : [''];
  for (const folder of folders.filter((entry) => entry !== '')) {
    const found = endings.map((ending) => join(folder, name + ending)).find(isExecutable);
    if (found !== undefined) return found;
  }
  throw new Error(`Unable to locate executable file: '${name}'. It is on no folder of PATH.`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
