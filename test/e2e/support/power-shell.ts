import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A start of the stand-in, as it noted it. */
export interface Start {
  readonly kind: 'sign-in' | 'forget' | 'step';
  /** The module that it found. */
  readonly module?: string;
  readonly PSModulePath: string;
  /** Whether it may neither send telemetry nor look for updates. */
  readonly quiet: boolean;
}

/**
 * A PowerShell laid out as its package does: the program in a folder of its own, a link on the path; on
 * Windows a batch file there.
 */
export class LaidOutPowerShell {
  /** For the front of `PATH`. */
  readonly bin: string;
  /** Where the program itself lies. */
  readonly home: string;

  constructor(folder: string, isWindows = false) {
    this.bin = join(folder, 'bin');
    this.home = join(folder, 'opt', 'powershell', '7');
    mkdirSync(this.bin, { recursive: true });
    mkdirSync(this.home, { recursive: true });
    const program = join(this.home, 'pwsh.mjs');
    cpSync(join(import.meta.dirname, '..', 'stand-ins', 'pwsh.mjs'), program);
    if (isWindows) writeFileSync(join(this.bin, 'pwsh.cmd'), batchFile);
    else symlinkSync(program, join(this.bin, 'pwsh'));
  }

  get starts(): readonly Start[] {
    const file = join(this.home, 'starts.jsonl');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Start);
  }
}

const batchFile = '@echo off\r\nnode "%~dp0..\\opt\\powershell\\7\\pwsh.mjs" %*\r\n';

/** Puts a module there, with an Azure.Identity of the given version. */
export function layOutModule(modules: string, identityVersion: string): void {
  const file = join(modules, 'Az.Accounts', 'identity-version');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${identityVersion}.0.0`);
}
