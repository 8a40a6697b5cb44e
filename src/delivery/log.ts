import type { AccessToken } from '../access-token/access-token.ts';
import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { shown } from '../errors.ts';
import { isFromRetiringIssuer, tolerableSkewMs, type IdTokenFacts } from '../id-token/id-token.ts';
import { endOfJobAccessToken } from '../id-token/job-access-token.ts';
import type { Secret } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';

type Voice = Pick<PipelineAgent, 'say' | 'warn'>;

/** Who is about to be signed in, and where tokens go that another cloud than the usual one names. */
export function tellConnection(connection: ServiceConnection, { say, warn }: Voice): void {
  const { id, name, clientId, tenantId } = connection;
  say(
    `Service connection ${name === id ? id : `${name} (${id})`}: client ${clientId}, tenant ${tenantId}, ${placeOf(connection)}`,
  );
  warnOfForeignHosts(connection, warn);
}

/** Where an identity works, in the words of the first line of each log. */
function placeOf({ kind, subscriptionId, cloud }: ServiceConnection): string {
  if (kind === 'azureDevOps') return 'Azure DevOps';
  const where = subscriptionId === undefined ? 'no subscription' : `subscription ${subscriptionId}`;
  return `${where}, ${cloud.name}`;
}

/**
 * Names hosts of the connection that are not its cloud's own: tokens go to them, and whoever can edit
 * the connection, or set its variables, chose them. An Azure Stack always has its own.
 */
function warnOfForeignHosts(connection: ServiceConnection, warn: Voice['warn']): void {
  const { name, cloud, authorityHost } = connection;
  const foreign = [
    hostBeside(cloud.authorityHost, authorityHost),
    ...(connection.kind === 'azureRM'
      ? [hostBeside(cloud.resourceManager, connection.resourceManager)]
      : []),
  ].filter((host) => host !== undefined);
  if (foreign.length === 0) return;
  warn(
    `The service connection ${name} sends tokens to ${foreign.join(' and ')}, which is not of ${cloud.name}. If that is not meant, look at the connection in the project settings, and for a variable that changes it.`,
  );
}

function hostBeside(usual: string | undefined, { host }: URL): string | undefined {
  return usual === undefined || new URL(usual).host === host ? undefined : host;
}

/** What Azure DevOps said of the job, and until when that holds. */
export function tellIdToken(
  idToken: IdTokenFacts,
  connection: ServiceConnection,
  isKeptFresh: boolean,
  { say, warn }: Voice,
): void {
  say(`ID token: issuer ${shown(idToken.issuer)}`);
  say(`          subject ${shown(idToken.subject)}`);
  say(`          audience ${shown(idToken.audience)}`);
  say(
    isKeptFresh
      ? `          valid until ${utc(idToken.expiresOn)}, and replaced in time until the job ends`
      : `          valid until ${utc(idToken.expiresOn)}, and not replaced after that`,
  );
  if (connection.cloud.name === 'AzureCloud' && isFromRetiringIssuer(idToken)) {
    warn(
      `The service connection ${connection.name} uses the Azure DevOps issuer, which retires on 2027-07-01: from then on this sign-in fails, unless it is an application for several tenants. Convert it to the Entra issuer before: Project settings, Service connections, the connection, Update. Issuer and subject change with it, and the federated credential has to follow.`,
    );
  }
  tellClock(idToken, warn);
}

function tellClock({ clockAheadMs = 0 }: IdTokenFacts, warn: Voice['warn']): void {
  if (Math.abs(clockAheadMs) <= tolerableSkewMs) return;
  const seconds = Math.round(Math.abs(clockAheadMs) / 1_000);
  warn(
    `The clock of this agent is ${seconds} seconds ${clockAheadMs > 0 ? 'ahead of' : 'behind'} that of Azure DevOps. This task allows for that, but other tools may take a good token for an expired one, or the reverse: synchronise the clock (timedatectl, w32tm /resync).`,
  );
}

/** Of access tokens, by the kind of identity (Microsoft's page on access tokens and managed identities). */
const lives =
  'of an app registration, about an hour; of a user-assigned managed identity, up to 24 hours';

/** Until when new tokens can be had at all; nothing where the job's access token does not tell. */
export function tellEndOfJob(
  jobAccessToken: Secret | undefined,
  { say }: Pick<Voice, 'say'>,
): void {
  const end = jobAccessToken === undefined ? undefined : endOfJobAccessToken(jobAccessToken);
  if (end === undefined) return;
  say(
    `New ID tokens can be had until ${utc(end)}, when the access token of this job itself ends. After that a tool works on with the access token that it has: ${lives}.`,
  );
}

/** What the first access token tells of those that follow it. */
export function tellAccessToken(
  { expiresOn }: Pick<AccessToken, 'expiresOn'>,
  isKeptFresh: boolean,
  { say }: Pick<Voice, 'say'>,
): void {
  say(
    isKeptFresh
      ? `Access tokens of this identity: the first is good until ${utc(expiresOn)}; the broker replaces each in time.`
      : `Access tokens of this identity: the first is good until ${utc(expiresOn)}, and nobody replaces it. How long they live: ${lives}.`,
  );
}

/** What becomes of tasks that sign in by themselves as the same connection. */
export interface OtherTasks {
  /** Whether their sessions of Azure CLI are kept. */
  readonly areKept: boolean;
  /** How long an access token of the identity lives, in ms; undefined where none was asked for. */
  readonly accessTokenLifeMs?: number | undefined;
}

/** From this life on, in ms, a task can take new access tokens with the ID token that it has. */
const longLifeMs = 60 * 60_000;

/** Which other tasks stay signed in, and when those end that nobody can keep, by the lives just measured. */
export function tellOtherTasks(
  { issuedOn, expiresOn }: IdTokenFacts,
  { areKept, accessTokenLifeMs }: OtherTasks,
  { say }: Pick<Voice, 'say'>,
): void {
  if (areKept) {
    say(
      'Later tasks that use this connection through Azure CLI (AzureCLI, BicepDeploy; with FederatedLogin also AzureContainerApps) stay signed in too.',
    );
  }
  const isLong = issuedOn !== undefined && expiresOn.getTime() - issuedOn.getTime() >= longLifeMs;
  const lives = [
    ...(issuedOn === undefined
      ? []
      : [`an ID token lives ${duration(expiresOn.getTime() - issuedOn.getTime())}`]),
    ...(accessTokenLifeMs === undefined
      ? []
      : [`an access token lives ${duration(accessTokenLifeMs)}`]),
  ];
  const measured = lives.length === 0 ? '' : ` With this connection ${lives.join(' and ')}.`;
  say(
    `Nobody can keep a task signed in that holds its tokens in memory (ARM deployment, Web App, Azure PowerShell and others).${measured} ${
      isLong
        ? 'So such a task takes new access tokens by itself, until its ID token ends.'
        : "So such a task ends with the access token that it has; with ID tokens of Microsoft Entra's issuer, which live about a day, it would take new ones."
    }`,
  );
}

function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 2) return `${Math.round(ms / 1_000)} seconds`;
  return minutes < 120 ? `${minutes} minutes` : `${(minutes / 60).toFixed(1)} hours`;
}

/** A time of day as logs tell it: UTC, hours and minutes, with the date. */
export function utc(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
