const termination = new AbortController();

// Each of them would end the process at once; this way it cleans up first.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => termination.abort());
}

/** The background process itself. */
export const ownProcess = {
  pid: process.pid,
  /** Fires when the system asks this process to end. */
  terminated: termination.signal,
  /** Ends it for good, whatever may still be open. */
  end: (): never => process.exit(),
} as const;
