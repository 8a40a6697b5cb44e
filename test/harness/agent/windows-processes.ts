import { spawnSync, type SpawnSyncOptions } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessInfo } from './processes.ts';

const system = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32');

/** Wine has it, and Windows up to 2022; what PowerShell prints for the others reads the same. */
const wmic = join(system, 'wbem', 'wmic.exe');
const powershell = join(system, 'WindowsPowerShell', 'v1.0', 'powershell.exe');
const printAll =
  'Get-CimInstance Win32_Process | ForEach-Object { "$($_.Name) $($_.ParentProcessId) $($_.ProcessId)" }';

/** The processes of a Windows system. */
export function listWindowsProcesses(): ProcessInfo[] {
  // Into a file: what a program leaves running, as Wine's do, would hold a pipe open.
  const folder = mkdtempSync(join(tmpdir(), 'processes-'));
  try {
    const file = join(folder, 'table');
    const output = openSync(file, 'w');
    const options: SpawnSyncOptions = { windowsHide: true, stdio: ['ignore', output, 'ignore'] };
    const { error } = existsSync(wmic)
      ? spawnSync(wmic, ['process', 'get', 'Name,ParentProcessId,ProcessId'], options)
      : spawnSync(powershell, ['-NoProfile', '-NonInteractive', '-Command', printAll], options);
    closeSync(output);
    if (error !== undefined) throw error;
    return readProcessTable(textOf(readFileSync(file)));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Reads lines of name, parent and pid; others, such as a heading, are passed over. */
export function readProcessTable(text: string): ProcessInfo[] {
  return text.split(/[\r\n]+/).flatMap((line) => {
    const [, name, parent, pid] = /^(\S.*?)\s+(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
    if (name === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), name, uid: 0, startTime: 0 }];
  });
}

/** Some versions write UTF-16 with its mark, others the code page of the console. */
function textOf(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'latin1').replace(/^\uFEFF/, '');
}
