import { spawn, type ChildProcess } from 'node:child_process';
import { parse } from 'node:path';
import type { RegistrationAnswer, StartMessage } from '../broker/messages.ts';
import { refusal, toFailure } from '../errors.ts';

/** Longer than the broker itself waits for a first token, in ms. */
const deadlineMs = 150_000;

/**
 * It lives as long as the job and has little to remember: V8 is told to keep its heap small, which
 * halves what 20,000 answers leave behind. Every Node since 20 knows these flags. No upper limit: a
 * job with many connections and scopes needs what it needs.
 */
const smallHeap = ['--optimize-for-size', '--max-semi-space-size=1'];

/**
 * What the background process may know of the environment: how to reach the network, and the mark
 * by which the agent finds it at the end of the job, should everything else fail.
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
];

/**
 * Starts the background process, detached from this step and without any of its streams, which
 * the agent would wait for. What it has to know goes through Node's own channel, so that no secret
 * stands in an argument, the environment or a file.
 */
export async function startBroker(
  script: string,
  message: StartMessage,
): Promise<RegistrationAnswer> {
  const child = spawn(process.execPath, [...smallHeap, script], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // A process inside the temp or task folder would keep Windows from removing it.
    cwd: parse(process.execPath).root,
    env: environment(),
  });
  try {
    return await firstAnswer(child, message);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function firstAnswer(child: ChildProcess, message: StartMessage): Promise<RegistrationAnswer> {
  return new Promise((resolve) => {
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      resolve({ failure: notStarted(why) });
    };
    const timer = setTimeout(() => fail('it said nothing in time'), deadlineMs);
    const settle = (answer: RegistrationAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once('message', (answer) => settle(answer as RegistrationAnswer));
    child.once('error', () => settle({ failure: notStarted('the system refused') }));
    child.once('exit', (code, signal) =>
      settle({ failure: notStarted(`it ended at once (${signal ?? `exit code ${code ?? '?'}`})`) }),
    );
    child.send(message, (error) => {
      if (error !== null) settle({ failure: notStarted('it could not be told what to do') });
    });
  });
}

function environment(): NodeJS.ProcessEnv {
  const wanted = new Set(inherited);
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => wanted.has(name.toUpperCase()) || name.startsWith('LC_'),
    ),
  );
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
