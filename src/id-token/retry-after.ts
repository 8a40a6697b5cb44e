/** No server's wish keeps a job waiting longer than this. */
const longestMs = 60 * 60_000;

/**
 * How long the server asks us to keep away, in ms: `Retry-After` in seconds or as a date (RFC 9110,
 * section 10.2.3; Azure DevOps sends it with a 200 too), or its own `X-RateLimit-Delay` in seconds.
 * A date is measured against the server's `Date`, since the agent's clock may be wrong.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>>,
  now: Date,
): number | undefined {
  const waits = [
    fromRetryAfter(headers['retry-after'], serverTime(headers['date'], now)),
    fromSeconds(headers['x-ratelimit-delay']),
  ].filter((wait) => wait !== undefined);
  if (waits.length === 0) return undefined;
  return Math.min(Math.max(...waits), longestMs);
}

function fromRetryAfter(value: string | undefined, now: number): number | undefined {
  const seconds = fromSeconds(value);
  if (seconds !== undefined || value === undefined) return seconds;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function fromSeconds(value: string | undefined): number | undefined {
  if (value === undefined || !/^\s*\d{1,9}(\.\d{1,9})?\s*$/.test(value)) return undefined;
  return Number(value) * 1_000;
}

function serverTime(date: string | undefined, now: Date): number {
  const parsed = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(parsed) ? now.getTime() : parsed;
}
