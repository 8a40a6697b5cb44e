import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { programOnPath } from '../harness/stage.ts';
import type { Command, Package } from './packages.ts';
import { cached } from './paths.ts';

/**
 * Installs what is not in the cache yet, two at a time.
 * @param called programs of the machine that are called beside those that install.
 * @throws {Error} that names every program which the machine lacks, or the command that failed.
 */
export async function installAll(
  packages: readonly Package[],
  called: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  const needed = new Set([...called, ...packages.flatMap(({ needs }) => needs)]);
  const missing = [...needed].filter((name) => programOnPath(name) === undefined);
  if (missing.length > 0)
    throw new Error(`Not on the PATH of this machine: ${missing.join(', ')}.`);
  mkdirSync(cached(), { recursive: true });
  const waiting = packages.filter((one) => !isInstalled(one));
  const installNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      say(`Installing ${next.name} …`);
      const begun = performance.now();
      await installAtLast(next, say);
      say(`${next.name} took ${Math.round((performance.now() - begun) / 1000)} s.`);
    }
  };
  await Promise.all([installNext(), installNext()]);
}

function isInstalled(one: Package): boolean {
  const mark = markOf(one);
  return existsSync(one.result) && existsSync(mark) && readFileSync(mark, 'utf8') === wanted(one);
}

/** A registry that fails or stalls once is no reason to give up; one that does so each time is. */
async function installAtLast(one: Package, say: (line: string) => void): Promise<void> {
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    try {
      await install(one);
      return;
    } catch (error) {
      say(`${error instanceof Error ? error.message : String(error)}\nAgain …`);
    }
  }
  await install(one);
}

const attempts = 3;

/** In ms: more than the build of OpenTofu takes on a slow machine. What takes longer hangs. */
const longestMs = 20 * 60_000;

async function install(one: Package): Promise<void> {
  rmSync(one.result, { recursive: true, force: true });
  for (const command of one.commands) await run(command, one.name);
  writeFileSync(markOf(one), wanted(one));
}

function markOf({ name, mark }: Package): string {
  return mark ?? cached(`${name.replaceAll(/[^\w.]+/g, '-')}.installed`);
}

/** A digest of all that decides what is installed. */
function wanted({ decidedBy, commands }: Package): string {
  const hash = createHash('sha256').update(JSON.stringify(commands));
  for (const file of decidedBy.flatMap(filesIn)) hash.update(readFileSync(file));
  return hash.digest('hex');
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .map((name) => join(path, name));
}

async function run(command: Command, name: string): Promise<void> {
  const { program, arguments: words, folder, environment } = command;
  const child = spawn(program, words, {
    cwd: folder ?? cached(),
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestMs,
    killSignal: 'SIGKILL',
  });
  let said = '';
  const note = (chunk: Buffer): void => {
    said = (said + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', note);
  child.stderr.on('data', note);
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0) return;
  throw new Error(
    `${name} could not be installed: ${program} ended with ${status ?? 'a signal'}.\n${said}`,
  );
}
