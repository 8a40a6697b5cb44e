import { FederationError } from '../errors.ts';
import { isObject, parsed } from '../json-text.ts';
import type { HttpAnswer } from '../ports.ts';
import { remedies } from '../remedies.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { failureBy, outage, troubleOfAzureDevOps } from '../upstream/azure-devops-trouble.ts';
import { verdict, type Verdict } from '../upstream/network-failure.ts';
import { clockAheadMs, retryAfterMs } from '../upstream/retry-after.ts';
import { readIdToken, type IdToken } from './id-token.ts';

/** The two things about a connection that asking for its ID token needs. */
export type ConnectionName = Pick<ServiceConnection, 'id' | 'name'>;

export interface GrantedIdToken {
  readonly idToken: IdToken;
  /** Azure DevOps asked not to be asked again for so many ms, although it did answer. */
  readonly pauseMs: number | undefined;
}

/**
 * Judges Azure DevOps' answer to a request for an ID token by its status, type and body. Needs no
 * network, and tells nothing of the body itself.
 * @throws {FederationError} for everything that is not an ID token.
 */
export function judgeIdTokenAnswer(
  answer: HttpAnswer,
  connection: ConnectionName,
  now: Date,
): GrantedIdToken {
  const refusal = refusalOf(answer);
  if (refusal !== undefined) {
    const what = `Azure DevOps gave no ID token for the service connection "${connection.name}"`;
    throw failureBy(refusal, what, answer, now);
  }
  const pauseMs = retryAfterMs(answer.headers, now);
  const idToken = readIdToken(tokenIn(answer.body, connection));
  return { idToken: { ...idToken, clockAheadMs: clockAheadMs(answer.headers, now) }, pauseMs };
}

const notReferenced = verdict(
  'CONNECTION_NOT_REFERENCED',
  'definite',
  'no task of this stage and job names the connection in an input of its own',
);

const jobTokenRefused = verdict(
  'JOB_TOKEN_REFUSED',
  'definite',
  "the job's access token was refused",
);

const pending: Verdict = {
  code: 'JOB_PENDING',
  kind: 'transient',
  why: 'it does not know yet that this job has begun',
  remedy:
    'Run the job again; if it stays so, look at https://status.dev.azure.com, and for a server gate or approval that holds the job.',
};

/**
 * Azure DevOps means the project in the address of the request, for whoever asks: not the connection.
 * https://learn.microsoft.com/azure/devops/pipelines/process/access-tokens#job-authorization-scope
 */
const projectUnseen: Verdict = {
  code: 'VS800075',
  kind: 'definite',
  why: "the job's project does not exist, or the job may not see it",
  remedy:
    'Check that the project is there, and that its build service may View project-level information (Project settings, Permissions).',
};

const notFound = verdict(
  'CONNECTION_NOT_FOUND',
  'definite',
  'it does not find the connection, or not for this job',
);

const refused = verdict('ID_TOKEN_REFUSED', 'unknown', 'it refused the request');

/** The table of answers that are no token; undefined for an answer that may hold one. */
function refusalOf(answer: HttpAnswer): Verdict | undefined {
  const { status, body } = answer;
  if (body.includes('no explicit reference to service connection')) return notReferenced;
  // Seen with several statuses, in the first moments of a job.
  if (body.includes('issue ID_TOKEN for job in')) return pending;
  if (status === 401) return jobTokenRefused;
  // Seen on re-runs, and often gone at the next attempt.
  if (body.includes('TaskOrchestrationPlanSecurityException'))
    return { ...outage, why: refused.why };
  const trouble = troubleOfAzureDevOps(answer);
  if (trouble !== undefined) return trouble;
  if (status >= 200 && status < 300) return undefined;
  if (body.includes('VS800075')) return projectUnseen;
  return status === 404 ? notFound : refused;
}

function tokenIn(body: string, connection: ConnectionName): string {
  const answer = parsed(body);
  const token = isObject(answer) ? answer['oidcToken'] : undefined;
  if (typeof token === 'string' && token !== '') return token;
  throw new FederationError({
    code: 'DEVOPS_ANSWER_UNREADABLE',
    kind: 'transient',
    message: `Azure DevOps answered for the service connection "${connection.name}" with something that holds no ID token (${body.length} characters).`,
    remedy: remedies.DEVOPS_ANSWER_UNREADABLE,
  });
}
