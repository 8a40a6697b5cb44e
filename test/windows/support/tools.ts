import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServiceConnection } from '../../harness/emulator/service-connections.ts';
import type { Platform } from './platforms.ts';

/** How a stand-in of a tool was started. */
export interface ToolRun {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

const standIn = fileURLToPath(new URL('../programs/tool.mjs', import.meta.url));

/** Lays out stand-ins of Azure CLI, PowerShell and git as their installers do: as a batch file on Windows. */
export function layOutTools(
  folder: string,
  { isWindows }: Platform,
  { subscriptionId }: ServiceConnection,
): void {
  mkdirSync(folder, { recursive: true });
  cpSync(standIn, join(folder, 'tool.mjs'));
  writeFileSync(
    join(folder, 'accounts.json'),
    JSON.stringify([{ id: subscriptionId, isDefault: true }]),
  );
  // Without it no PowerShell is started with auto.
  mkdirSync(join(folder, 'Modules', 'Az.Accounts'), { recursive: true });
  for (const name of ['az', 'pwsh', 'git']) {
    if (isWindows) {
      const text = `@echo off\r\nnode "%~dp0tool.mjs" ${name} %*\r\n`;
      writeFileSync(join(folder, `${name}.cmd`), text);
    } else {
      const text = `#!/bin/sh\nexec node "$(dirname "$0")/tool.mjs" ${name} "$@"\n`;
      writeFileSync(join(folder, name), text, { mode: 0o755 });
    }
  }
}

/** What the stand-ins noted, by name and then in the order of time. */
export function toolRuns(folder: string): ToolRun[] {
  return readdirSync(join(folder, 'runs'))
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, 'runs', name), 'utf8')) as ToolRun);
}
