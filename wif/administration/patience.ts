import { NetworkTrouble, type Chance, type Clock } from '../../src/ports.ts';
import { retryAfterMs } from '../../src/upstream/retry-after.ts';
import type { Web, WebAnswer, WebRequest } from './web.ts';

/** What waiting takes, and who is told of it. */
export interface Patience {
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'jitter'>;
  /** Told before each longer wait. */
  readonly waiting: (service: string, ms: number) => void;
}

const attempts = 6;
const maxBackoffMs = 30_000;
/** A pause that is worth a word to whoever looks on. */
const noticeableMs = 1_000;

/**
 * Repeats what may safely be repeated: any trouble of a question, and of a change only 429, which
 * says that nothing was done. A `Retry-After`, even one on a good answer, holds back everyone who
 * shares this service (https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits).
 */
export function patient(web: Web, patience: Patience): Web {
  const { clock } = patience;
  let restUntilMs = 0;

  const rest = async (): Promise<void> => {
    for (;;) {
      const ms = restUntilMs - clock.monotonicMs();
      if (ms <= 0) return;
      if (ms >= noticeableMs) patience.waiting(web.service, ms);
      await clock.sleep(ms);
    }
  };
  const honourRetryAfter = (answer: WebAnswer): number | undefined => {
    const wishMs = retryAfterMs(answer.headers, clock.now());
    if (wishMs !== undefined) restUntilMs = Math.max(restUntilMs, clock.monotonicMs() + wishMs);
    return wishMs;
  };

  return {
    service: web.service,
    async send(request) {
      for (let attempt = 1; ; attempt += 1) {
        await rest();
        const outcome = await attemptOf(web, request);
        const wishMs = outcome instanceof NetworkTrouble ? undefined : honourRetryAfter(outcome);
        if (attempt >= attempts || !isRepeatable(request, outcome)) {
          if (outcome instanceof NetworkTrouble) throw outcome;
          return outcome;
        }
        if (wishMs === undefined) await clock.sleep(backoffMs(attempt, patience.chance.jitter()));
      }
    },
  };
}

async function attemptOf(web: Web, request: WebRequest): Promise<WebAnswer | NetworkTrouble> {
  try {
    return await web.send(request);
  } catch (error) {
    if (error instanceof NetworkTrouble) return error;
    throw error;
  }
}

/** What is as bad the next time. */
const lasting: readonly NetworkTrouble['reason'][] = [
  'certificate',
  'host name',
  'proxy address',
  'too large',
];

/** Whether the same request may be sent again without doing anything twice. */
export function isRepeatable(
  { method }: Pick<WebRequest, 'method'>,
  outcome: WebAnswer | NetworkTrouble,
): boolean {
  if (outcome instanceof NetworkTrouble) {
    return method === 'GET' && !lasting.includes(outcome.reason);
  }
  if (outcome.status === 429) return true;
  return method === 'GET' && (outcome.status === 408 || outcome.status >= 500);
}

/** Doubles from one second, at half to full length, so that many do not return at once. */
export function backoffMs(attempt: number, jitter: number): number {
  return Math.min(1_000 * 2 ** (attempt - 1), maxBackoffMs) * (0.5 + jitter / 2);
}
