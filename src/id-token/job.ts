import { refusal } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** The job that this process works for, as the agent describes it. */
export interface Job {
  readonly planId: string;
  readonly jobId: string;
  /** `build`, `release` or `deployment`. */
  readonly hostType: string;
  readonly projectId: string;
  /** The collection's own address, also in classic releases. */
  readonly collectionUri: URL;
  /** Where Azure DevOps gives ID tokens to this job; checked, and without a query. */
  readonly oidcRequestUri: URL;
  readonly jobAccessToken: Secret;
}

/** The variables of the job that the address of its ID tokens is made of. */
export interface JobVariables {
  readonly planId: string | undefined;
  readonly jobId: string | undefined;
  readonly hostType: string | undefined;
  readonly projectId: string | undefined;
  readonly collectionUri: string | undefined;
  readonly oidcRequestUri: string | undefined;
  /** The agent's own, read-only word on where it is served from (`System.TeamFoundationServerUri`). */
  readonly serverUri: string | undefined;
  readonly jobAccessToken: Secret | undefined;
}

/**
 * Checks the variables of the job, since a script of an earlier step may have set some of them:
 * the job access token goes to the host that the agent itself is served from, and nowhere else.
 * @throws {FederationError} when something is missing, or points elsewhere.
 */
export function readJob(variables: JobVariables): Job {
  const planId = requireTold(variables.planId, 'System.PlanId');
  const jobId = requireTold(variables.jobId, 'System.JobId');
  const hostType = requireTold(variables.hostType, 'System.HostType');
  const projectId = requireTold(variables.projectId, 'System.TeamProjectId');
  const collectionUri = httpsUrl(variables.collectionUri, 'System.CollectionUri');
  requireHost(collectionUri, servingHost(variables.serverUri), 'System.CollectionUri');
  const oidcRequestUri =
    variables.oidcRequestUri === undefined
      ? builtOidcRequestUri(collectionUri, { projectId, hostType, planId, jobId })
      : httpsUrl(variables.oidcRequestUri, 'System.OidcRequestUri');
  requireHost(oidcRequestUri, collectionUri.host, 'System.OidcRequestUri');
  requireOidcPath(oidcRequestUri, planId, jobId);
  const jobAccessToken = requireTold(variables.jobAccessToken, 'the token of SystemVssConnection');
  return { planId, jobId, hostType, projectId, collectionUri, oidcRequestUri, jobAccessToken };
}

/**
 * The host of the collection behind the host that serves the agent: in classic releases the agent
 * is served by Release Management, whose hosts carry the label `vsrm`.
 */
function servingHost(serverUri: string | undefined): string {
  const { host } = httpsUrl(serverUri, 'System.TeamFoundationServerUri');
  return host
    .replace(/^vsrm\.(?=dev\.azure\.com$)/, '')
    .replace(/\.vsrm(?=\.visualstudio\.com$)/, '');
}

function builtOidcRequestUri(
  collectionUri: URL,
  {
    projectId,
    hostType,
    planId,
    jobId,
  }: Record<'projectId' | 'hostType' | 'planId' | 'jobId', string>,
): URL {
  const collection = collectionUri.href.replace(/\/?$/, '/');
  return new URL(
    `${projectId}/_apis/distributedtask/hubs/${hostType}/plans/${planId}/jobs/${jobId}/oidctoken`,
    collection,
  );
}

function requireHost(url: URL, host: string, variable: string): void {
  if (url.host === host) return;
  throw refusal(
    'OIDC_URI_REFUSED',
    `${variable} points to ${url.host}, but this job is served by ${host}; the job access token is not sent there.`,
    'Look for a step, a variable group or a template that sets this variable, and remove it.',
  );
}

function requireOidcPath(url: URL, planId: string, jobId: string): void {
  const path = url.pathname.toLowerCase();
  const ours =
    path.includes(`/plans/${planId.toLowerCase()}/`) &&
    path.includes(`/jobs/${jobId.toLowerCase()}/`) &&
    path.endsWith('/oidctoken') &&
    url.search === '';
  if (ours) return;
  throw refusal(
    'OIDC_URI_REFUSED',
    'System.OidcRequestUri does not name the plan and the job that are running here.',
    'Look for a step, a variable group or a template that sets this variable, and remove it.',
  );
}

function httpsUrl(value: string | undefined, variable: string): URL {
  const text = requireTold(value, variable);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Logs quote it, and behind the # a command for the agent may stand.
  const isPlain = url?.username === '' && url.password === '' && url.hash === '';
  if (url?.protocol === 'https:' && isPlain) return url;
  throw refusal(
    'OIDC_URI_REFUSED',
    `${variable} is no https address, so the job access token cannot be sent there.`,
    'Workload identity federation needs Azure DevOps over https; look for whatever sets this variable.',
  );
}

/** What the agent gives to every task of an agent job. */
export function requireTold<T>(value: T | undefined, what: string): T {
  if (value !== undefined && value !== '') return value;
  throw refusal(
    'JOB_CONTEXT_MISSING',
    `The agent did not tell this task ${what}.`,
    'Run the task in an agent job of Azure Pipelines (not in a server job).',
  );
}
