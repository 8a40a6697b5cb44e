import type { JournalEntry, RouteName } from '../harness/emulator/journal.ts';
import type { Play } from '../harness/stage.ts';

/** The ways to a token that the exports offer. */
export type Mechanism =
  | 'token file'
  | 'request URL of the broker'
  | 'managed identity of the broker'
  | 'Azure DevOps, asked by the client'
  | 'assertion in the profile, replaced by the broker'
  | 'one ID token'
  | 'nothing of ours';

/** What the broker says of itself when the job ends: in the summary of its post-job step. */
export interface BrokerCounts {
  readonly idTokens: number;
  readonly accessTokens: number;
  /** Requests upstream that came to nothing and were made again; the other side may count them. */
  readonly repeated: number;
  /** Answers of the broker's own that told a client of a failure, which it may have tried again. */
  readonly refused: number;
  /** Answers by kind of client. */
  readonly served: ReadonlyMap<string, number>;
}

/** What a play shows of the clients in it. */
export interface Evidence {
  readonly idTokenRequests: number;
  readonly exchanges: number;
  /** Of these, by the client itself and not by the broker or a task. */
  readonly ownIdTokenRequests: number;
  readonly ownExchanges: number;
  /** Who made the exchanges, by their `User-Agent`. */
  readonly exchangers: ReadonlySet<string>;
  /** Whether the exchanges were Entra's, and not another cloud's. */
  readonly isAtEntra: boolean;
  readonly broker: BrokerCounts;
  /** Requests that a resource granted, before and after all of the first tokens had expired. */
  readonly before: number;
  readonly after: number;
  /** Requests that were refused for want of a good token. */
  readonly refusals: readonly JournalEntry[];
}

/** How long what is issued lives in a play. */
export interface Lives {
  readonly idTokenSeconds: number;
  readonly accessTokenSeconds: number;
}

/** The routes by which a client is judged. */
export interface TellingRoutes {
  /** What grants its requests. */
  readonly proof: RouteName;
  /** What takes its ID tokens: Entra, unless this names another. */
  readonly exchange?: RouteName;
}

/** Reads a play. */
export function evidenceOf(
  play: Play,
  lives: Lives,
  { proof, exchange = 'entra-token' }: TellingRoutes,
): Evidence {
  const { journal, report } = play;
  const granted = (route: RouteName): readonly JournalEntry[] =>
    journal.filter((entry) => entry.route === route && entry.status === 200);
  const broker = brokerCounts(report.summaries);
  const expiry = firstExpiry(granted('oidctoken'), granted(exchange), lives);
  const uses = journal.filter(
    ({ route, status, path }) =>
      route === proof && status > 0 && status < 400 && !path.startsWith('/metadata'),
  );
  const exchanges = granted(exchange).length;
  const idTokenRequests = granted('oidctoken').length;
  return {
    idTokenRequests,
    exchanges,
    ownIdTokenRequests: Math.max(0, idTokenRequests - broker.idTokens - broker.repeated),
    ownExchanges: Math.max(0, exchanges - broker.accessTokens - broker.repeated),
    exchangers: new Set(granted(exchange).map(({ client }) => client)),
    isAtEntra: exchange === 'entra-token',
    broker,
    before: uses.filter(({ at }) => at.getTime() < expiry).length,
    after: uses.filter(({ at }) => at.getTime() >= expiry).length,
    refusals: journal.filter(isRefusal),
  };
}

/** When the first ID token and the first access token that came of it are both over. */
function firstExpiry(
  idTokens: readonly JournalEntry[],
  accessTokens: readonly JournalEntry[],
  { idTokenSeconds, accessTokenSeconds }: Lives,
): number {
  const [idToken] = idTokens;
  const [accessToken] = accessTokens;
  return Math.max(
    (idToken?.at.getTime() ?? Infinity) + idTokenSeconds * 1000,
    (accessToken?.at.getTime() ?? Infinity) + accessTokenSeconds * 1000,
  );
}

/** A sign-in that failed, or a request for want of a good token; not a host that is not there. */
export function isRefusal({ route, status, error }: JournalEntry): boolean {
  if (route === 'refused') return false;
  return (
    (tokenServices.includes(route) && status !== 200) ||
    error === 'ExpiredToken' ||
    error?.startsWith('AADSTS') === true ||
    status === 401 ||
    status === 403
  );
}

/** Services that give nothing but tokens: whatever else they answer is a refusal. */
const tokenServices: readonly RouteName[] = ['oidctoken', 'google-sts', 'google-iam', 'aws-sts'];

/** Reads the tables of the run summary that the post-job step attached. */
export function brokerCounts(summaries: readonly string[]): BrokerCounts {
  const served = new Map<string, number>();
  let idTokens = 0;
  let accessTokens = 0;
  let repeated = 0;
  let refused = 0;
  const rows = summaries.join('\n').matchAll(/^\| (.+?) \| (\d+)(?: ms)? \|$/gm);
  for (const [, what = '', number] of rows) {
    const count = Number(number);
    if (what === 'ID tokens from Azure DevOps') idTokens += count;
    if (what === 'Access tokens from Entra') accessTokens += count;
    if (what === 'Requests that failed and were repeated') repeated += count;
    if (what === 'Answers that reported a failure') refused += count;
    const kind = /^Answers to (?!these tasks)(.+)$/.exec(what)?.[1]?.replaceAll('\\', '');
    if (kind !== undefined) served.set(kind, (served.get(kind) ?? 0) + count);
  }
  return { idTokens, accessTokens, repeated, refused, served };
}

/** Which way was really taken: from who asked Azure DevOps, Entra and the broker, and who did not. */
export function mechanismOf(evidence: Evidence): Mechanism {
  const { ownIdTokenRequests, ownExchanges, exchangers, isAtEntra, broker } = evidence;
  const wasAsked = broker.served.size > 0;
  if (ownIdTokenRequests > 1) return 'Azure DevOps, asked by the client';
  if (wasAsked) {
    return ownExchanges > 0 ? 'request URL of the broker' : 'managed identity of the broker';
  }
  if (ownExchanges === 0) return 'nothing of ours';
  if (broker.idTokens === 0) return 'one ID token';
  // Azure CLI reads no token file after its sign-in, but the profile that the sign-in wrote.
  const isAzureCli = isAtEntra && exchangers.has('python-requests');
  return isAzureCli ? 'assertion in the profile, replaced by the broker' : 'token file';
}
