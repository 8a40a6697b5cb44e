import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { argumentsOf, listProcesses } from '../../harness/agent/processes.ts';
import type { Stage } from '../../harness/stage.ts';
import type { Platform } from './platforms.ts';

/** A process that runs, with its command line. */
export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** What runs of a stage: its folder stands in the command line. */
export function runningOn({ folder }: Pick<Stage, 'folder'>, platform: Platform): Running[] {
  const inside = platform.pathInside(folder);
  return commandLines().filter(
    ({ pid, command }) =>
      pid !== process.pid && [folder, inside].some((it) => command.includes(it)),
  );
}

/** The brokers of a stage. */
export function brokersOn(stage: Pick<Stage, 'folder'>, platform: Platform): Running[] {
  return runningOn(stage, platform).filter(({ command }) => /broker\.mjs"?\s*$/.test(command));
}

/** ms until no broker runs; fails when one stays longer than it may. */
export async function brokerGoneWithin(
  limitMs: number,
  stage: Pick<Stage, 'folder'>,
  platform: Platform,
): Promise<number> {
  const begun = performance.now();
  while (brokersOn(stage, platform).length > 0) {
    const passedMs = performance.now() - begun;
    assert.ok(passedMs < limitMs, `the broker is still there after ${limitMs} ms`);
    await pause(100);
  }
  return performance.now() - begun;
}

/** Whether somebody listens on a port of loopback. */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', settle(true)).once('error', settle(false));
  });
}

function commandLines(): Running[] {
  if (process.platform === 'linux') {
    return listProcesses().map(({ pid }) => ({ pid, command: argumentsOf(pid).join(' ') }));
  }
  const [file, words] =
    process.platform === 'win32'
      ? ['powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', printCommandLines]]
      : ['ps', ['-axww', '-o', 'pid=,command=']];
  const { stdout, error } = spawnSync(file, words, { encoding: 'utf8', windowsHide: true });
  if (error !== undefined) throw error;
  return stdout.split(/\r?\n/).flatMap((line) => {
    const [, pid, command = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), command }];
  });
}

const printCommandLines =
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8; Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId) $($_.CommandLine)" }';
