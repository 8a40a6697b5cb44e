import type { AccessToken } from '../../src/access-token/access-token.ts';
import { FederationError, type Failure } from '../../src/errors.ts';
import { readIdToken, type IdToken } from '../../src/id-token/id-token.ts';
import { readJob, type Job, type JobVariables } from '../../src/id-token/job.ts';
import type { HttpAnswer } from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import {
  readAzureConnection,
  readAzureDevOpsConnection,
  type AzureConnection,
  type AzureDevOpsConnection,
  type RawEndpoint,
} from '../../src/service-connection/service-connection.ts';
import type { Endpoints } from '../../src/wire/endpoints.ts';

/** The moment at which tests begin. */
export const noon = new Date('2026-03-14T12:00:00.000Z');

export const ids = {
  connection: '11111111-aaaa-4aaa-8aaa-111111111111',
  client: '22222222-bbbb-4bbb-8bbb-222222222222',
  tenant: '33333333-cccc-4ccc-8ccc-333333333333',
  subscription: '44444444-dddd-4ddd-8ddd-444444444444',
  plan: '55555555-eeee-4eee-8eee-555555555555',
  job: '66666666-ffff-4fff-8fff-666666666666',
  project: '77777777-aaaa-4aaa-8aaa-777777777777',
  /** Of a connection to Azure DevOps. */
  azureDevOps: '88888888-bbbb-4bbb-8bbb-888888888888',
} as const;

export const later = (ms: number, from: Date = noon): Date => new Date(from.getTime() + ms);

export const seconds = (count: number): number => count * 1_000;
export const minutes = (count: number): number => count * 60_000;

/** The agent's record of a sound connection. */
export function anEndpoint(changes: Partial<RawEndpoint> = {}): RawEndpoint {
  return {
    id: ids.connection,
    step: undefined,
    url: 'https://management.azure.com/',
    scheme: 'WorkloadIdentityFederation',
    parameters: {
      serviceprincipalid: ids.client,
      tenantid: ids.tenant,
      workloadidentityfederationsubject: 'sc://contoso/shop/production',
    },
    data: { environment: 'AzureCloud', subscriptionid: ids.subscription },
    ...changes,
  };
}

export function aServiceConnection(changes: Partial<AzureConnection> = {}): AzureConnection {
  return { ...readAzureConnection(anEndpoint()), ...changes };
}

/** The agent's record of a sound connection to Azure DevOps, of which no page says what its data holds. */
export function anAzureDevOpsEndpoint(changes: Partial<RawEndpoint> = {}): RawEndpoint {
  return anEndpoint({ id: ids.azureDevOps, url: collectionUri, data: {}, ...changes });
}

export function anAzureDevOpsConnection(
  changes: Partial<AzureDevOpsConnection> = {},
): AzureDevOpsConnection {
  return { ...readAzureDevOpsConnection(anAzureDevOpsEndpoint()), ...changes };
}

export const jobAccessToken = new Secret('the-job-access-token');

export const collectionUri = 'https://dev.azure.com/contoso/';

export const oidcRequestUri = `${collectionUri}${ids.project}/_apis/distributedtask/hubs/build/plans/${ids.plan}/jobs/${ids.job}/oidctoken`;

/** What the agent tells of a sound job. */
export function jobVariables(changes: Partial<JobVariables> = {}): JobVariables {
  return {
    planId: ids.plan,
    jobId: ids.job,
    hostType: 'build',
    projectId: ids.project,
    collectionUri,
    oidcRequestUri,
    serverUri: collectionUri,
    jobAccessToken,
    ...changes,
  };
}

export function aJob(changes: Partial<JobVariables> = {}): Job {
  return readJob(jobVariables(changes));
}

/** A JSON Web Token of these claims, with a signature that nobody here checks. */
export function aJwt(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'RS256', typ: 'JWT' }), part(claims), 'c2lnbmF0dXJl'].join('.');
}

export interface IdTokenChoices {
  readonly issuedOn?: Date;
  readonly lifeMs?: number;
  readonly issuer?: string;
  readonly subject?: string;
  readonly audience?: string;
  /** Tells tokens apart that are alike otherwise. */
  readonly jti?: string;
}

/** The text of an ID token as Azure DevOps gives it: good for ten minutes. */
export function anIdTokenText(choices: IdTokenChoices = {}): string {
  const { issuedOn = noon, lifeMs = minutes(10) } = choices;
  return aJwt({
    jti: choices.jti ?? 'first',
    iss: choices.issuer ?? `https://login.microsoftonline.com/${ids.tenant}/v2.0`,
    sub: choices.subject ?? '/eid1/c/pub/t/abc/a/def/sc/contoso/production',
    aud: choices.audience ?? 'api://AzureADTokenExchange',
    iat: issuedOn.getTime() / 1_000,
    exp: (issuedOn.getTime() + lifeMs) / 1_000,
  });
}

export function anIdToken(choices: IdTokenChoices = {}): IdToken {
  return readIdToken(anIdTokenText(choices));
}

/** An access token as Entra gives it: good for an hour. */
export function anAccessToken(changes: Partial<AccessToken> = {}): AccessToken {
  return {
    token: new Secret('the-access-token'),
    scope: 'https://management.azure.com/.default',
    expiresOn: later(minutes(60)),
    ...changes,
  };
}

export function anAnswer(changes: Partial<HttpAnswer> = {}): HttpAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}', ...changes };
}

/** Azure DevOps' answer that holds an ID token. */
export function anIdTokenAnswer(
  choices: IdTokenChoices = {},
  changes: Partial<HttpAnswer> = {},
): HttpAnswer {
  return anAnswer({ body: JSON.stringify({ oidcToken: anIdTokenText(choices) }), ...changes });
}

export function someEndpoints(changes: Partial<Endpoints> = {}): Endpoints {
  const base = `http://127.0.0.1:50505/connections/${ids.connection}`;
  return {
    idTokenUrl: `${base}/id-token?v=1`,
    idTokenCapability: new Secret('the-id-token-capability'),
    managedIdentityUrl: `${base}/msi`,
    managedIdentityCapability: new Secret('the-managed-identity-capability'),
    ...changes,
  };
}

export function aFailure(changes: Partial<Failure> = {}): FederationError {
  return new FederationError({
    code: 'DEVOPS_UNAVAILABLE',
    message: 'Azure DevOps is out of order.',
    remedy: 'Run the job again.',
    kind: 'transient',
    ...changes,
  });
}
