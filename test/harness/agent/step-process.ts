import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import type { Times } from './contract.ts';
import { LineSplitter } from './line-splitter.ts';
import { endConsoleOf, endTreeOf } from './process-trees.ts';

const onWindows = process.platform === 'win32';

/** A process to start for a step, without a shell between. */
export interface StepProcess {
  readonly file: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Written to standard input before it is closed; nothing by default. */
  readonly input?: string;
  /** On Windows: the arguments are a command line already. */
  readonly verbatim?: boolean;
}

/** How a step's process ended. */
export interface StepProcessEnd {
  /** Nothing where a signal or the agent ended the step. */
  readonly exitCode: number | undefined;
  readonly streamsHeldOpen: boolean;
}

/** What a step's process is run with. */
export interface StepProcessOptions {
  readonly times: Times;
  /** Stops the process as the agent does. */
  readonly cancelled: AbortSignal;
  /** `task.complete done=true`: go on, whether or not the process ends. */
  readonly done: AbortSignal;
  readonly onLine: (line: string) => void;
}

/**
 * Runs a step's process to its end: its exit and the end of both streams, or its exit and the
 * streams' time. There is no process group: signals go to the one process (agent: `ProcessInvoker`).
 */
export async function runStepProcess(
  { file, arguments: argumentsOf, environment, folder, input, verbatim }: StepProcess,
  options: StepProcessOptions,
): Promise<StepProcessEnd> {
  const child = spawn(file, argumentsOf, {
    cwd: folder,
    env: environment,
    stdio: 'pipe',
    windowsHide: true,
    windowsVerbatimArguments: verbatim ?? false,
  });
  await once(child, 'spawn');
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  const closed = once(child, 'close').then(() => 'closed' as const);
  const exited = once(child, 'exit');
  const flushes = [
    readLines(child.stdout, options.onLine),
    readLines(child.stderr, options.onLine),
  ];
  const stopCancelling = cancelWith(child, options);
  const forced = aborted(options.done).then(() => 'forced' as const);
  const first = await Promise.race([exited, forced]);
  if (first === 'forced') await Promise.race([closed, wait(options.times.streamsMs)]);
  else await Promise.race([closed, wait(options.times.streamsMs, undefined, { ref: false })]);
  // After a standstill of the machine timers come first, and then what the streams brought meanwhile.
  await turn();
  stopCancelling();
  const ended = child.exitCode !== null || child.signalCode !== null;
  const streamsHeldOpen = ended && !(child.stdout.readableEnded && child.stderr.readableEnded);
  if (streamsHeldOpen && onWindows) endTreeOf(child.pid ?? 0);
  for (const flush of flushes) flush();
  release(child);
  return { exitCode: ended ? (child.exitCode ?? undefined) : 0, streamsHeldOpen };
}

function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => void {
  const splitter = new LineSplitter();
  let flushed = false;
  const flush = (): void => {
    if (flushed) return;
    flushed = true;
    splitter.end().forEach(onLine);
  };
  stream.on('data', (chunk: Uint8Array) => {
    if (!flushed) splitter.push(chunk).forEach(onLine);
  });
  stream.on('end', flush);
  return flush;
}

/**
 * SIGINT, a wait, SIGTERM, a wait, SIGKILL: always to this process alone. On Windows the agent
 * sends CTRL_C and CTRL_BREAK to all that share the step's console, then ends the whole tree. Node
 * cannot send them, so what they do to programs that do not handle them is done at once: this
 * process and its tree end, except what is detached, which has no console.
 */
function cancelWith(child: ChildProcess, { cancelled, times }: StepProcessOptions): () => void {
  const timers: NodeJS.Timeout[] = [];
  const cancel = (): void => {
    if (onWindows) {
      endConsoleOf(child.pid ?? 0);
      return;
    }
    child.kill('SIGINT');
    timers.push(setTimeout(() => child.kill('SIGTERM'), times.sigintMs));
    timers.push(setTimeout(() => child.kill('SIGKILL'), times.sigintMs + times.sigtermMs));
  };
  if (cancelled.aborted) cancel();
  else cancelled.addEventListener('abort', cancel, { once: true });
  return () => {
    cancelled.removeEventListener('abort', cancel);
    timers.forEach(clearTimeout);
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function release(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
}
