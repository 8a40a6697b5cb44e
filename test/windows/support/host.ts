import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { driveC, nodeInWine, wineEnvironment } from './wine.ts';

/** A command, with the environment that it needs. */
export interface Command {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<NodeJS.ProcessEnv>;
}

/** Where programs for Windows run: on Windows itself, or in Wine. */
export interface WindowsHost {
  readonly name: string;
  /** Whether the agent can read the environment of a process; see `wine-processes.ts`. */
  readonly showsEnvironments: boolean;
  /** A new folder, as this side names it; its path holds blanks and a letter beyond ASCII. */
  makeFolder(): string;
  /** The path by which a program for Windows knows a file of this side. */
  pathInside(path: string): string;
  /** The path by which this side knows a file of a program for Windows. */
  pathOutside(path: string): string;
  /** How Node for Windows is started; the paths among the arguments are those inside. */
  node(...args: readonly string[]): Command;
  /** Ends what keeps Wine running. */
  close(): void;
}

/** The number of CAP_SYS_PTRACE. */
const capSysPtrace = 19n;

/** What the agent's folder is called: what many a script forgets to quote. */
const folderName = 'build agent ö';

const realWindows: WindowsHost = {
  name: 'Windows',
  showsEnvironments: false,
  makeFolder: () => newFolder(join(tmpdir(), folderName)),
  pathInside: (path) => path,
  pathOutside: (path) => path,
  node: (...args) => ({ file: process.execPath, arguments: args, environment: process.env }),
  close: () => undefined,
};

const wine: Omit<WindowsHost, 'showsEnvironments'> = {
  name: 'Windows (Wine)',
  makeFolder: () => newFolder(join(driveC, folderName)),
  pathInside: (path) => {
    const onC = relative(driveC, path);
    const isOnC = !onC.startsWith('..');
    return `${isOnC ? 'C:\\' : 'Z:'}${(isOnC ? onC : path).replaceAll('/', '\\')}`;
  },
  pathOutside: (path) => {
    const isOnC = /^c:/i.test(path);
    return `${isOnC ? driveC : ''}${path.slice(2).replaceAll('\\', '/')}`;
  },
  node: (...args) => ({
    file: 'wine',
    arguments: [nodeInWine, ...args],
    environment: wineEnvironment,
  }),
  close: () => {
    // Every program ends, and is waited for.
    for (const order of ['--kill', '--wait']) {
      spawnSync('wineserver', [order], { env: { ...wineEnvironment } });
    }
  },
};

/**
 * The host for Windows that there is.
 * @throws {Error} where `npm run test:windows` has not prepared Wine yet.
 */
export function windowsHost(): WindowsHost {
  if (process.platform === 'win32') return realWindows;
  if (existsSync(driveC) && existsSync(nodeInWine)) return { ...wine, showsEnvironments };
  throw new Error('Wine and Node for Windows are not prepared here: run npm run test:windows.');
}

/** Where it is not so, Wine is played as Windows itself, which shows no environments either. */
const showsEnvironments = process.platform === 'linux' && mayReadMemory();

if (process.platform === 'linux' && !showsEnvironments) {
  console.error(
    '\n  !! Environments of programs in Wine cannot be seen here: leaks into them are NOT looked for, and what the orphan hunt of an agent finds is NOT played. It needs the right CAP_SYS_PTRACE, or 0 in kernel.yama.ptrace_scope.\n',
  );
}

/** Many a Linux asks for a right to read the memory of a process that is not a child (ptrace(2)). */
function mayReadMemory(): boolean {
  const setting = '/proc/sys/kernel/yama/ptrace_scope';
  if (!existsSync(setting) || readFileSync(setting, 'utf8').trim() === '0') return true;
  // Root has it, but for root in many a container (capabilities(7)).
  const status = readFileSync('/proc/self/status', 'utf8');
  const rights = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return (rights & (1n << capSysPtrace)) !== 0n;
}

function newFolder(parent: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(parent + sep);
}
