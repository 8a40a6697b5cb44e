import { FederationError } from '../errors.ts';
import type { HttpAnswer } from '../ports.ts';
import { proxySignIn, verdict, type Verdict } from './network-failure.ts';
import { retryAfterMs } from './retry-after.ts';

const signInPage = verdict(
  'DEVOPS_SIGN_IN_PAGE',
  'transient',
  'it sent a web page or a redirect in place of an answer',
);

const throttled = verdict(
  'DEVOPS_THROTTLED',
  'transient',
  'it limits the rate of requests at the moment',
);

/** Azure DevOps itself is in trouble. */
export const outage = verdict(
  'DEVOPS_UNAVAILABLE',
  'transient',
  'it is out of order at the moment',
);

/** What is wrong with an answer, whatever was asked; undefined where only the question can tell. */
export function troubleOfAzureDevOps(answer: HttpAnswer): Verdict | undefined {
  const { status } = answer;
  if (status === 203 || (status >= 300 && status < 400)) return signInPage;
  if (status === 429) return throttled;
  if (status === 408 || status >= 500) return outage;
  if (status === 407) return proxySignIn;
  // Azure DevOps answers in JSON; a page comes from a gateway or a proxy, whatever its status.
  return isWebPage(answer) ? signInPage : undefined;
}

function isWebPage({ headers, body }: HttpAnswer): boolean {
  return headers['content-type']?.includes('text/html') === true || /^\s*</.test(body);
}

/** The status of an answer, with the ID by which Azure DevOps' support finds the request. */
function statusAndActivity({ status, headers }: HttpAnswer): string {
  const id = headers['x-vss-e2eid'] ?? headers['activityid'];
  return `HTTP ${status}${id !== undefined && /^[\w-]{8,64}$/.test(id) ? `, activity ${id}` : ''}`;
}

/**
 * The failure that a verdict on an answer means.
 * @param what begins the sentence: what Azure DevOps did not do, and for which connection.
 */
export function failureBy(
  { code, kind, why, remedy }: Verdict,
  what: string,
  answer: HttpAnswer,
  now: Date,
): FederationError {
  return new FederationError({
    code,
    kind,
    message: `${what}: ${why} (${statusAndActivity(answer)}).`,
    remedy,
    retryAfterMs: kind === 'transient' ? retryAfterMs(answer.headers, now) : undefined,
  });
}
