/** No server's wish keeps a job waiting longer than this. */
const maxMs = 60 * 60_000;

/**
 * How long the server asks us to keep away, in ms: `Retry-After` in seconds or as a date (RFC 9110,
 * section 10.2.3; Azure DevOps sends it with a 200 too). Its `X-RateLimit-Delay` says, in seconds,
 * how long it has held this very request back, which it does before it refuses any: as much again
 * is a pause that keeps below that line
 * (https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits). A date is measured
 * against the server's `Date`, since the agent's clock may be wrong.
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
  return Math.min(Math.max(...waits), maxMs);
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

/**
 * How far this machine's clock is ahead of the server's, in ms, by the `Date` of an answer that has
 * just come; undefined where there is none. Nothing in the token says so: Entra dates its tokens
 * back by minutes.
 */
export function clockAheadMs(
  headers: Readonly<Record<string, string>>,
  now: Date,
): number | undefined {
  const parsed = dateOf(headers['date']);
  return parsed === undefined ? undefined : now.getTime() - parsed;
}

function serverTime(date: string | undefined, now: Date): number {
  return dateOf(date) ?? now.getTime();
}

function dateOf(date: string | undefined): number | undefined {
  const parsed = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(parsed) ? undefined : parsed;
}
