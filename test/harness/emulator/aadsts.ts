import { randomUUID } from 'node:crypto';
import { json, type EmulatorRequest, type EmulatorResponse } from './message.ts';

/** What a refusal's text may name. */
export interface RefusalDetail {
  readonly clientId?: string;
  readonly name?: string;
  readonly tenant?: string;
  readonly issuer?: string;
  readonly subject?: string;
  readonly audience?: string;
  readonly resource?: string;
  readonly keyId?: string;
  readonly parameter?: string;
  readonly now?: Date;
  readonly notBefore?: number;
  readonly expiry?: number;
}

interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly text: (detail: Required<RefusalDetail>) => string;
}

const federationHelp = 'https://learn.microsoft.com/entra/workload-id/workload-identity-federation';
const checkCredential = `Check your federated identity credential Subject, Audience and Issuer against the presented assertion. ${federationHelp}`;
const noRecord = 'No matching federated identity record found for presented assertion';
const notInstalled =
  'This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant.';

const client = (text: Refusal['text']): Refusal => ({ status: 401, error: 'invalid_client', text });
const request = (text: Refusal['text']): Refusal => ({
  status: 400,
  error: 'invalid_request',
  text,
});
const other = (error: string, text: Refusal['text'], status = 400): Refusal => ({
  status,
  error,
  text,
});

const moment = (seconds: number): string =>
  new Date((Number.isFinite(seconds) ? seconds : 0) * 1000).toISOString().replace('Z', '0000Z');

/**
 * Entra's refusals, word for word where a real one is public. Put together from documentation:
 * 700214, 700223, 700238, 90033, 50196.
 */
const refusals: Readonly<Record<number, Refusal>> = {
  50027: request(() => 'JWT token is invalid or malformed.'),
  50049: other('invalid_instance', () => 'Unknown or invalid instance.'),
  50196: request(
    () =>
      'The server terminated an operation because it encountered a client request loop. Please contact your app vendor.',
  ),
  53003: other(
    'invalid_grant',
    () =>
      'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
  ),
  65001: other(
    'invalid_grant',
    (it) =>
      `The user or administrator has not consented to use the application with ID '${it.clientId}' named '${it.name}'. Send an interactive authorization request for this user and resource.`,
  ),
  70003: other(
    'unsupported_grant_type',
    (it) => `The app requested an unsupported grant type '${it.parameter}'.`,
  ),
  70011: other(
    'invalid_scope',
    (it) =>
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${it.resource} is not valid.`,
  ),
  70021: request(
    (it) =>
      `${noRecord}. Assertion Issuer: '${it.issuer}'. Assertion Subject: '${it.subject}'. Assertion Audience: '${it.audience}'. ${federationHelp}`,
  ),
  70025: client(
    (it) =>
      `The client '${it.clientId}'(${it.name}) has no configured federated identity credentials.`,
  ),
  70052: client(
    () => 'The identity must be a managed identity, a single tenant app, or a service account.',
  ),
  90002: request(
    (it) =>
      `Tenant '${it.tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
  ),
  90033: other(
    'temporarily_unavailable',
    () => 'A transient error has occurred. Please try again.',
    503,
  ),
  500011: other(
    'invalid_resource',
    (it) =>
      `The resource principal named ${it.resource} was not found in the tenant named Contoso. ${notInstalled} You might have sent your authentication request to the wrong tenant.`,
  ),
  500133: other(
    'invalid_grant',
    (it) =>
      `Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: ${it.now.toISOString().replace('Z', '1501Z')}, expiry time of assertion ${moment(it.expiry)}.`,
  ),
  501051: other(
    'invalid_grant',
    (it) =>
      `Application '${it.clientId}'(${it.name}) is not assigned to a role for the application '${it.resource}'(Shop).`,
  ),
  700016: other(
    'unauthorized_client',
    (it) =>
      `Application with identifier '${it.clientId}' was not found in the directory 'Contoso'. ${notInstalled} You may have sent your authentication request to the wrong tenant.`,
  ),
  700024: client(
    (it) =>
      `Client assertion is not within its valid time range. Current time: ${it.now.toISOString().replace('Z', '1501Z')}, assertion valid from ${moment(it.notBefore)}, expiry time of assertion ${moment(it.expiry)}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`,
  ),
  700025: client(
    () => "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  ),
  700027: client(
    () =>
      'Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]',
  ),
  700030: client(
    () =>
      "Invalid certificate - subject name in certificate isn't authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: none.",
  ),
  700211: client((it) => `${noRecord} issuer '${it.issuer}'. ${checkCredential}`),
  700212: client((it) => `${noRecord} audience '${it.audience}'. ${checkCredential}`),
  700213: client((it) => `${noRecord} subject '${it.subject}'. ${checkCredential}`),
  700214: client(
    (it) =>
      `The audience '${it.audience}' of the presented assertion is not 'api://AzureADTokenExchange'. ${checkCredential}`,
  ),
  700223: client(() => 'Workload identity federation is constrained or disabled in this tenant.'),
  700238: client(
    (it) =>
      `The tenant's policy does not allow federated identity credentials of issuer '${it.issuer}'.`,
  ),
  900023: request(
    (it) =>
      `Specified tenant identifier '${it.tenant}' is neither a valid DNS name, nor a valid external domain.`,
  ),
  900144: request(
    (it) => `The request body must contain the following parameter: '${it.parameter}'.`,
  ),
  900382: request(() => 'Confidential Client is not supported in Cross Cloud request.'),
  1002012: other(
    'invalid_scope',
    (it) =>
      `The provided value for scope ${it.resource} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
  ),
  7000215: client(
    (it) =>
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${it.clientId}'.`,
  ),
  7000218: client(
    () =>
      "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  ),
  7000222: client(
    (it) =>
      `The provided client secret keys for app '${it.clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`,
  ),
  7000229: client(
    (it) =>
      `The client application ${it.clientId} is missing service principal in the tenant ${it.tenant}. See instructions here: https://go.microsoft.com/fwlink/?linkid=2225119`,
  ),
  7000272: client(
    (it) =>
      `The certificate with identifier '${it.keyId}' used to sign the federated credential could not be found in the metadata of identity provider '${it.issuer}'.`,
  ),
  7002138: client(
    (it) =>
      `${noRecord} subject '${it.subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. See documentation at: ${federationHelp}. See breaking change notification and remediation at: https://learn.microsoft.com/en-us/entra/identity-platform/reference-breaking-changes#august-2024.`,
  ),
};

const withDefaults = (detail: RefusalDetail): Required<RefusalDetail> => ({
  clientId: '',
  name: '',
  tenant: '',
  issuer: '',
  subject: '',
  audience: '',
  resource: '',
  keyId: '',
  parameter: '',
  now: new Date(),
  notBefore: 0,
  expiry: 0,
  ...detail,
});

const unknown = request(() => 'An error has occurred.');

/** Entra's answer for an AADSTS code. */
export function entraRefusal(
  code: number,
  asked: EmulatorRequest,
  detail: RefusalDetail = {},
): EmulatorResponse {
  const { status, error, text } = refusals[code] ?? unknown;
  const told = withDefaults(detail);
  const timestamp = `${told.now.toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const traceId = randomUUID();
  const correlationId = asked.headers['client-request-id'] ?? randomUUID();
  const body = {
    error,
    error_description: `AADSTS${code}: ${text(told)} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: traceId,
    correlation_id: correlationId,
    error_uri: `https://${asked.host}/error?code=${code}`,
  };
  const headers = { 'Cache-Control': 'no-store, no-cache', 'x-ms-request-id': traceId };
  return json(status, body, headers, { error: `AADSTS${code}` });
}
