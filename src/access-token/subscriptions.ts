import { isObject, parsed, type JsonObject } from '../json-text.ts';
import type { Clock, Http, HttpAnswer } from '../ports.ts';
import type { AzureConnection } from '../service-connection/service-connection.ts';
import type { AccessToken } from './access-token.ts';
import {
  askResourceManager,
  resourceManagerFailure,
  resourceManagerRequest,
  troubleOfAnswer,
  type ResourceManagerAttempt,
} from './resource-manager.ts';

/** A subscription as Resource Manager lists it. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  /** `Enabled`, `Warned`, `PastDue`, `Disabled` or `Deleted`. */
  readonly state: string;
  /** The tenant that it belongs to, which may be another one than that of the sign-in. */
  readonly homeTenantId: string | null;
  /** Null where Resource Manager names none. */
  readonly managedByTenants: readonly { readonly tenantId: string }[] | null;
}

/** Resource Manager lists up to a thousand on a page; no tenant has as many pages as this. */
const maxPages = 100;

/** A thousand subscriptions with all the tags that they may have take a few MiB. */
const maxPageBytes = 16 * 1024 * 1024;

/** The oldest version that names managing tenants, which the clouds that have names of their own serve too. */
const apiVersion = '2019-11-01';

/**
 * Lists every subscription in which the identity has a role.
 * https://learn.microsoft.com/rest/api/resources/subscriptions/list
 * @param timeoutMs for each page.
 * @throws {FederationError} whose kind says whether asking again can help.
 */
export async function listSubscriptions(
  connection: AzureConnection,
  accessToken: AccessToken,
  timeoutMs: number,
  world: { readonly http: Http; readonly clock: Clock },
): Promise<readonly Subscription[]> {
  const attempt = { connection, purpose: 'list the subscriptions of its identity' };
  const listed: Subscription[] = [];
  let url: URL | undefined = new URL('subscriptions', connection.resourceManager);
  url.searchParams.set('api-version', apiVersion);
  for (let pages = 0; url !== undefined; pages += 1) {
    if (pages === maxPages) throw outOfOrder(attempt, 'Resource Manager listed without an end');
    const request = {
      ...resourceManagerRequest(url, accessToken, timeoutMs),
      maxBytes: maxPageBytes,
    };
    const answer = await askResourceManager(request, attempt, world);
    const page = pageOf(answer, attempt, world.clock.now());
    listed.push(...page.subscriptions);
    url = page.nextLink === undefined ? undefined : nextUrl(page.nextLink, attempt);
  }
  return listed;
}

interface Page {
  readonly subscriptions: readonly Subscription[];
  readonly nextLink: string | undefined;
}

function pageOf(answer: HttpAnswer, attempt: ResourceManagerAttempt, now: Date): Page {
  const { status } = answer;
  const page = status === 200 ? readPage(answer.body) : undefined;
  if (page !== undefined) return page;
  const trouble = troubleOfAnswer(answer, attempt, now);
  if (trouble !== undefined) throw trouble;
  throw resourceManagerFailure(attempt, {
    code: 'SUBSCRIPTION_UNREADABLE',
    kind: status === 401 ? 'definite' : 'unknown',
    why: `Resource Manager refused the request (HTTP ${status})`,
    remedy: `Check that the connection names the cloud of tenant ${attempt.connection.tenantId}.`,
  });
}

/** The access token goes to no other host than the connection's own. */
function nextUrl(nextLink: string, attempt: ResourceManagerAttempt): URL {
  const { origin } = attempt.connection.resourceManager;
  const url = URL.canParse(nextLink) ? new URL(nextLink) : undefined;
  if (url?.origin === origin) return url;
  throw outOfOrder(attempt, 'the next page of its list lies on another host');
}

function outOfOrder(attempt: ResourceManagerAttempt, why: string): Error {
  return resourceManagerFailure(attempt, {
    code: 'RESOURCE_MANAGER_UNAVAILABLE',
    kind: 'transient',
    why,
    remedy:
      'Run the job again; if it stays so, look for a gateway between the agent and Azure that changes answers.',
  });
}

/** Undefined for what is no list of subscriptions, for example the page of a proxy. */
function readPage(body: string): Page | undefined {
  const answer = objectIn(parsed(body));
  const value = answer?.['value'];
  if (!Array.isArray(value)) return undefined;
  const subscriptions = value.map(readSubscriptionOf);
  if (!subscriptions.every((each) => each !== undefined)) return undefined;
  return { subscriptions, nextLink: textIn(answer?.['nextLink']) };
}

function readSubscriptionOf(value: unknown): Subscription | undefined {
  const entry = objectIn(value);
  const id = textIn(entry?.['subscriptionId']);
  if (entry === undefined || id === undefined) return undefined;
  const managing = entry['managedByTenants'];
  return {
    id,
    name: textIn(entry['displayName']) ?? id,
    state: textIn(entry['state']) ?? 'Enabled',
    homeTenantId: textIn(entry['tenantId']) ?? null,
    managedByTenants: Array.isArray(managing)
      ? managing.map((each) => ({ tenantId: textIn(objectIn(each)?.['tenantId']) ?? '' }))
      : null,
  };
}

function objectIn(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
