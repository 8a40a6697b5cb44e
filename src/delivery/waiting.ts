import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import type { Clock } from '../ports.ts';
import type { Waiting } from '../upstream/retry-policy.ts';
import { credentialGuide } from './credential-guide.ts';

/** Work that may take long, and what can be said of it meanwhile. */
export interface SlowWork<T> {
  /** Continues "Waiting for …". */
  readonly what: string;
  readonly work: Promise<T>;
  /** When it is given up at the latest, should nothing be known of any trouble. */
  readonly endsOn: Date;
  /** The trouble of this moment; undefined while none is known. Must not reject. */
  readonly trouble: () => Promise<Waiting | undefined> | Waiting | undefined;
  /** Whether a result is what was waited for; every one is, unless this says less. */
  readonly isWanted?: (result: T) => boolean;
}

/** What a wait is logged with. */
export type WaitLog = Pick<PipelineAgent, 'say' | 'showGuide'>;

/** How often the trouble is asked for, in ms. */
const lookMs = 2_000;

/** Longer than a good answer takes: the log must say something within ten seconds. In ms. */
const firstLineMs = 6_000;

/** The pause between two lines, in ms: with the looks it is half a minute at most, on a busy machine too. */
const nextLineMs = 20_000;

/**
 * Logs what a step waits for: the first line within ten seconds, with the cause and until when it is
 * tried, later ones at most thirty seconds apart, and one when it has passed. A refusal that may be
 * a mistake is logged as soon as it is known, with its remedy in full.
 */
export async function logWhileWaiting<T>(
  { what, work, endsOn, trouble, isWanted = () => true }: SlowWork<T>,
  { say, showGuide }: WaitLog,
  clock: Clock,
): Promise<T> {
  const beganMs = clock.monotonicMs();
  const secondsSince = (): number => Math.round((clock.monotonicMs() - beganMs) / 1_000);
  const done = new AbortController();
  let lastLineMs = beganMs + firstLineMs - nextLineMs;
  let lines = 0;
  const shown = new Set<string>();

  const look = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(lookMs, done.signal);
      if (done.signal.aborted) return;
      const waiting = await trouble();
      // Aborted while the trouble was asked for.
      if ((done.signal as { aborted: boolean }).aborted) return;
      const isNew = waiting?.failure.kind === 'settling' && !shown.has(waiting.failure.code);
      if (!isNew && clock.monotonicMs() - lastLineMs < nextLineMs) continue;
      lastLineMs = clock.monotonicMs();
      lines += 1;
      say(`Waiting for ${what} (${secondsSince()} s): ${reason(waiting, endsOn)}`);
      const { code = '', remedy = '', cure } = waiting?.failure ?? {};
      if (waiting === undefined || shown.has(code)) continue;
      shown.add(code);
      say(remedy);
      if (waiting.failure.kind === 'settling' && cure !== undefined) {
        showGuide(credentialGuide(cure));
      }
    }
  };

  void look();
  try {
    const result = await work;
    if (lines > 0 && isWanted(result)) say(`Came after ${secondsSince()} s: ${what}.`);
    return result;
  } finally {
    done.abort();
  }
}

function reason(waiting: Waiting | undefined, endsOn: Date): string {
  if (waiting === undefined) return `no answer yet; given up at ${timeOf(endsOn)} at the latest.`;
  const { failure, until } = waiting;
  const hope = failure.kind === 'settling' ? ' If it is new, it takes a while to arrive.' : '';
  return `${failure.message} (${failure.code})${hope} Tried again until ${timeOf(until)}.`;
}

/** To the second: nobody waits for a minute to be over. */
function timeOf(date: Date): string {
  return `${date.toISOString().slice(11, 19)} UTC`;
}
