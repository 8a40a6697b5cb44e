import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { NodeRelease } from './settings.ts';

export interface LoadOrder {
  readonly port: number;
  /** Byte by byte. */
  readonly request: string;
  readonly clients: number;
  readonly total: number;
  /** A new connection for each request, or one for each client. */
  readonly fresh: boolean;
}

export interface LoadResult {
  /** In ms. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly perSecond: number;
}

/** Sends requests from a process of its own. */
export async function load(order: LoadOrder): Promise<LoadResult> {
  const script = join(import.meta.dirname, 'load.mjs');
  const child = fork(script, [JSON.stringify(order)], { execArgv: [] });
  const [result] = (await once(child, 'message')) as [LoadResult];
  return result;
}

/** A process to compare a broker with: idle, or a trivial server (then with its port). */
export interface Companion {
  readonly pid: number;
  readonly port: number;
  close(): void;
}

export function idleNode({ path }: NodeRelease): Companion {
  const child = spawn(path, [yardstick('idle')], { env: {}, stdio: 'ignore' });
  return { pid: child.pid ?? 0, port: 0, close: () => child.kill() };
}

/** Yardstick T. */
export async function trivialServer(
  { path }: NodeRelease,
  answerBytes: number,
): Promise<Companion> {
  const child = spawn(path, [yardstick('trivial'), String(answerBytes)], {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const [port] = (await once(child, 'message')) as [number];
  return { pid: child.pid ?? 0, port, close: () => child.disconnect() };
}

function yardstick(name: string): string {
  return join(import.meta.dirname, 'yardsticks', `${name}.cjs`);
}
