import type { Clock, Processes } from '../ports.ts';
import type { BrokerState } from '../wire/broker-state.ts';

interface Watch {
  readonly processes: Processes;
  readonly clock: Clock;
}

/** A process that was ended by force needs a moment until its port is free, in ms. */
const afterForceMs = 1_000;

/** Whether the broker's process is gone within the time; one that only has its ID is not it. */
export async function goesWithin(
  { process }: Pick<BrokerState, 'process'>,
  withinMs: number,
  { processes, clock }: Watch,
): Promise<boolean> {
  const until = clock.monotonicMs() + withinMs;
  for (;;) {
    if ((await processes.identity(process.pid)) !== process.identity) return true;
    if (clock.monotonicMs() >= until) return false;
    await clock.sleep(25);
  }
}

/**
 * Ends a broker that does not answer, so that its port is free for the one that follows it.
 * @returns whether it is gone: where nothing proves that a process is the broker, it is let be.
 */
export async function endByForce(
  state: Pick<BrokerState, 'process'>,
  watch: Watch,
): Promise<boolean> {
  await watch.processes.end(state.process);
  return goesWithin(state, afterForceMs, watch);
}
