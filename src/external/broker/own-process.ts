import { constants } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * They halve what 20,000 answers leave behind, in the heap and in the pools of the threads that
 * compile. No upper limit: a job with many connections and scopes needs what it needs. A V8 that
 * does not know one of them ignores it.
 */
const smallHeap = [
  '--optimize-for-size',
  '--semi-space-growth-factor=1',
  '--no-maglev',
  '--no-concurrent-recompilation',
];

const termination = new AbortController();

/**
 * Each of them would end the process at once, or have it stand still; this way it cleans up first. What
 * Node ignores already, what a fault of the processor raises, and what cannot be handled is not here.
 */
const endings = [
  ...(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGABRT', 'SIGUSR2', 'SIGALRM'] as const),
  ...(['SIGVTALRM', 'SIGXCPU', 'SIGXFSZ', 'SIGTRAP', 'SIGSYS', 'SIGIO', 'SIGPWR'] as const),
  ...(['SIGSTKFLT', 'SIGPROF', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGBREAK'] as const),
];

for (const signal of endings) {
  // Each system has its own set of them, and Node refuses to listen for what it does not have.
  if (signal in constants.signals) process.on(signal, () => termination.abort());
}

/** Rejects with the first error that nothing has caught: the process would go on half dead. */
const crash = new Promise<never>((_, reject) => {
  process.on('uncaughtException', reject);
  process.on('unhandledRejection', reject);
});
// Who waits for it decides what follows; that nobody waits yet is no second error.
crash.catch(() => undefined);

/** How the background process ends, for whoever looks at its exit code. */
const exitCodes = {
  done: 0,
  /** An error that nobody foresaw (`EX_SOFTWARE` of sysexits.h). */
  bug: 70,
} as const;

/** The background process itself. */
export const ownProcess = {
  pid: process.pid,
  /** Fires when the system asks this process to end. */
  terminated: termination.signal,
  /**
   * Has V8 keep the heap small: it lives as long as the job and has little to remember. Called when
   * everything is loaded, and not on the command line, because code that Node has compiled for
   * other flags it compiles again, which takes 15 ms.
   */
  keepHeapSmall: (): void => {
    for (const flag of smallHeap) setFlagsFromString(flag);
  },
  crashed: crash,
  /** Ends it for good, whatever may still be open. */
  end: (how: keyof typeof exitCodes): never => process.exit(exitCodes[how]),
} as const;
