import { spawn, type ChildProcess } from 'node:child_process';
import { parse } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { refusal, toFailure } from '../../errors.ts';
import { givenUpAfterMs } from '../../wire/messages.ts';
import type { StartMessage } from '../../wire/start-message.ts';

/** What an answer of the broker may take on its way, beside what the broker waits for, in ms. */
const onTheWayMs = 10_000;

/**
 * What the background process may know of the environment: how to reach the network and, before it is
 * told more, Azure DevOps; and the mark by which the agent finds it at the end of the job, should
 * everything else fail.
 */
const inherited = [
  'VSTS_PROCESS_LOOKUP_ID',
  'PATH',
  'HOME',
  'USERPROFILE',
  'SYSTEMROOT',
  'WINDIR',
  'TEMP',
  'TMP',
  'TMPDIR',
  'LANG',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'SYSTEM_OIDCREQUESTURI',
  'AGENT_CAINFO',
  'AGENT_PROXYURL',
];

/** Starts the background process, and sends it its order. */
export function startBroker(script: string, message: StartMessage): Promise<unknown> {
  return new WaitingBroker(script).take(message);
}

/**
 * A background process that has been started, and waits for its order: it can do so while
 * the step still loads its own libraries. It is detached from this step and has none of its streams,
 * which the agent would wait for. What it has to know goes through Node's own channel, so that no
 * secret stands in an argument, the environment or a file.
 */
export class WaitingBroker {
  /** Undefined where the system refused at once. */
  readonly #child: ChildProcess | undefined;
  readonly #ended: Promise<string>;
  #isTaken = false;

  constructor(script: string) {
    this.#child = start(script);
    this.#ended = endOf(this.#child);
    // Until it has an order, nothing waits for it: a step that fails meanwhile ends, and with the
    // channel so does the process at its other end.
    this.#child?.unref();
    this.#child?.channel?.unref();
  }

  /** Sends it the one order, and resolves with its first answer, which nobody has read yet. */
  async take(message: StartMessage): Promise<unknown> {
    this.#isTaken = true;
    this.#holdOn();
    const answered = answerOf(this.#child);
    // What becomes of the message shows in the answer, or in how the process ends.
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
    const deadline = new AbortController();
    const deadlineMs = givenUpAfterMs(message.connection) + onTheWayMs;
    const tooLate = wait(deadlineMs, 'it said nothing in time', deadline);
    try {
      const outcome = await Promise.race([answered, this.#ended, tooLate]);
      if (typeof outcome !== 'string') return outcome;
      this.#kill();
      return { failure: notStarted(outcome) };
    } finally {
      deadline.abort();
      this.#letGo();
    }
  }

  /** Ends it, and resolves when it is gone, unless it has got an order. */
  async dismiss(): Promise<void> {
    if (this.#isTaken) return;
    this.#holdOn();
    this.#kill();
    await this.#ended;
  }

  /** One that did not start has no ID, and Node 20 would signal whatever that stands for. */
  #kill(): void {
    if (this.#child?.pid !== undefined) this.#child.kill('SIGKILL');
  }

  /** Keeps this step alive as long as it waits. */
  #holdOn(): void {
    this.#child?.ref();
    this.#child?.channel?.ref();
  }

  /** Lets this step end without it. */
  #letGo(): void {
    if (this.#child?.connected === true) this.#child.disconnect();
    this.#child?.unref();
  }
}

/** Most refusals of the system come as an event. Without memory, for example, Node throws at once. */
function start(script: string): ChildProcess | undefined {
  try {
    // No flags of V8: with some, Node reads its own modules without their cache, 15 ms slower.
    return spawn(process.execPath, [script], {
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A process inside the temp or task folder would keep Windows from removing it.
      cwd: parse(process.execPath).root,
      env: environment(),
    });
  } catch {
    return undefined;
  }
}

/** What it says first; nothing, where it says nothing. */
function answerOf(child: ChildProcess | undefined): Promise<unknown> {
  return new Promise((resolve) => child?.once('message', resolve));
}

/** Why the process has ended, if it does before it answers. */
function endOf(child: ChildProcess | undefined): Promise<string> {
  return new Promise((resolve) => {
    if (child === undefined) {
      resolve('the system refused');
      return;
    }
    child.once('error', () => resolve('the system refused'));
    child.once('exit', (code, signal) =>
      resolve(`it ended at once (${signal ?? `exit code ${code ?? '?'}`})`),
    );
  });
}

async function wait(ms: number, outcome: string, { signal }: AbortController): Promise<string> {
  return sleep(ms, outcome, { signal }).catch(() => outcome);
}

function environment(): NodeJS.ProcessEnv {
  const wanted = new Set(inherited);
  const kept = Object.entries(process.env).filter(
    ([name]) => wanted.has(name.toUpperCase()) || name.startsWith('LC_'),
  );
  const options = (process.env['NODE_OPTIONS'] ?? '').split(/\s+/).filter(isOfAuthorities);
  return {
    ...Object.fromEntries(kept),
    ...(options.length === 0 ? {} : { NODE_OPTIONS: options.join(' ') }),
  };
}

/** Of Node's options, those that say which authorities are trusted; others load code, or open doors. */
function isOfAuthorities(option: string): boolean {
  return /^--use-(openssl|bundled|system)-ca$/.test(option);
}

function notStarted(why: string): ReturnType<typeof toFailure> {
  return toFailure(
    refusal(
      'BROKER_NOT_STARTED',
      `The background process that keeps the job signed in could not be started: ${why}.`,
      'Look for what limits processes or memory on the agent; refresh: false signs in without it.',
    ),
  );
}
