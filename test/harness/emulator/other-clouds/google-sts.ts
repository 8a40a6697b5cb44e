import { randomBytes } from 'node:crypto';
import { bearerOf, json, type EmulatorRequest, type EmulatorResponse } from '../message.ts';
import type { World } from '../world.ts';
import { holds, mappedText } from './attribute-expression.ts';
import { principalOf, type IdentityProvider } from './google-cloud.ts';
import { flawOfProof, readWebIdentity, type WebIdentity } from './web-identity.ts';

const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessTokenType = 'urn:ietf:params:oauth:token-type:access_token';
const subjectTokenTypes = [
  'urn:ietf:params:oauth:token-type:jwt',
  'urn:ietf:params:oauth:token-type:id_token',
];
/** By Google's page on troubleshooting workload identity federation. */
const maxSubjectBytes = 127;
/** By Google's requirements for OIDC tokens. */
const maxLifeSeconds = 24 * 3600;

interface Refusal {
  readonly error: string;
  readonly description: string;
}

const refusal = (error: string, description: string): Refusal => ({ error, description });

function formOf(request: EmulatorRequest): URLSearchParams {
  const text = request.body.toString();
  if (!(request.headers['content-type'] ?? '').includes('json')) return new URLSearchParams(text);
  return new URLSearchParams(JSON.parse(text) as Record<string, string>);
}

/** Each with the text in which Google refuses it. */
function refusalOfForm(form: URLSearchParams): Refusal | undefined {
  if (form.get('grant_type') !== tokenExchange) {
    return refusal('unsupported_grant_type', 'Invalid grant_type.');
  }
  const requested = form.get('requested_token_type') ?? form.get('requestedTokenType');
  if (requested !== accessTokenType) {
    return refusal('invalid_request', 'Invalid value of requested_token_type in request.');
  }
  if (!subjectTokenTypes.includes(form.get('subject_token_type') ?? '')) {
    return refusal('invalid_request', 'Invalid value for "subject_token_type".');
  }
  if (!(form.get('audience') ?? '').startsWith('//iam.googleapis.com/projects/')) {
    return refusal('invalid_request', 'Invalid value for "audience".');
  }
  return (form.get('scope') ?? '') === '' ? refusal('invalid_scope', 'Empty scope.') : undefined;
}

function refusalOfToken(
  token: string,
  identity: WebIdentity,
  provider: IdentityProvider,
  world: World,
): Refusal | undefined {
  const { issuer, audience, issuedAt, expiry } = identity;
  if (issuer !== provider.issuer) {
    return refusal(
      'invalid_grant',
      `The issuer in ID Token ${issuer} does not match the expected ones: ${provider.issuer}`,
    );
  }
  const flaw = flawOfProof(token, world, new Date());
  if (flaw === 'signature') {
    return refusal('invalid_grant', 'Invalid ID Token signature.');
  }
  if (!provider.allowedAudiences.includes(audience)) {
    return refusal(
      'invalid_grant',
      `The audience in ID Token [${audience}] does not match the expected audience.`,
    );
  }
  if (flaw !== undefined || !(expiry - issuedAt <= maxLifeSeconds)) {
    return refusal('invalid_grant', `ID Token issued at ${issuedAt} is stale to sign-in.`);
  }
  const { attributeCondition: condition } = provider;
  if (condition !== undefined && !holds(condition, identity.claims)) {
    return refusal(
      'unauthorized_client',
      'The given credential is rejected by the attribute condition.',
    );
  }
  return undefined;
}

/** The subject in Google's eyes, or a refusal of one that it does not take. */
function subjectOf({ claims }: WebIdentity, provider: IdentityProvider): string | Refusal {
  const subject = mappedText(provider.attributeMapping['google.subject'] ?? '', claims);
  if (subject === '') {
    return refusal('invalid_grant', 'The mapped attribute google.subject is empty.');
  }
  if (Buffer.byteLength(subject) <= maxSubjectBytes) return subject;
  return refusal(
    'invalid_request',
    'The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.',
  );
}

function judge(form: URLSearchParams, world: World): string | Refusal {
  const wrongForm = refusalOfForm(form);
  if (wrongForm) return wrongForm;
  const name = form.get('audience') ?? '';
  const provider = world.google.providers.get(name);
  if (!provider) {
    return refusal(
      'invalid_target',
      'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    );
  }
  const token = form.get('subject_token') ?? '';
  const identity = readWebIdentity(token, world);
  if (!identity) return refusal('invalid_grant', 'Unable to parse the ID Token.');
  const wrongToken = refusalOfToken(token, identity, provider, world);
  if (wrongToken) return wrongToken;
  const subject = subjectOf(identity, provider);
  return typeof subject === 'string' ? principalOf(name, subject) : subject;
}

function openSession(member: string, world: World): { token: string; expiresAt: Date } {
  const token = `ya29.${randomBytes(96).toString('base64url')}`;
  const expiresAt = new Date(Date.now() + world.lifetimes.cloudSessionSeconds * 1000);
  world.google.sessions.set(token, { member, expiresAt });
  world.issued.push({ kind: 'google-access-token', value: token });
  return { token, expiresAt };
}

/** `POST https://sts.googleapis.com/v1/token`: an ID token for a federated access token. */
export function googleToken(request: EmulatorRequest, world: World): EmulatorResponse {
  const form = formOf(request);
  const identity = readWebIdentity(form.get('subject_token') ?? '', world);
  const seen = identity && { tokenId: identity.tokenId, connectionId: identity.connectionId };
  const judged = judge(form, world);
  if (typeof judged !== 'string') {
    const { error, description } = judged;
    return json(400, { error, error_description: description }, {}, { ...seen, error });
  }
  const { token } = openSession(judged, world);
  return json(
    200,
    {
      access_token: token,
      issued_token_type: accessTokenType,
      token_type: 'Bearer',
      expires_in: world.lifetimes.cloudSessionSeconds,
    },
    {},
    { ...seen },
  );
}

/** An error as Google's APIs write it. */
export const googleError = (code: number, status: string, message: string): EmulatorResponse =>
  json(code, { error: { code, message, status } }, {}, { error: status });

/** Whose access token a request brings, or the answer to one that brings none. */
export function memberOf(request: EmulatorRequest, world: World): string | EmulatorResponse {
  const session = world.google.sessions.get(bearerOf(request) ?? '');
  if (session && new Date() < session.expiresAt) return session.member;
  return googleError(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.',
  );
}

/** `…/serviceAccounts/{address}:generateAccessToken`: impersonation by a federated principal. */
export function impersonation(request: EmulatorRequest, world: World): EmulatorResponse {
  const member = memberOf(request, world);
  if (typeof member !== 'string') return member;
  const account = request.params['account'] ?? '';
  if (world.google.serviceAccounts.get(account)?.has(member) !== true) {
    return googleError(
      403,
      'PERMISSION_DENIED',
      "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    );
  }
  const { token, expiresAt } = openSession(`serviceAccount:${account}`, world);
  return json(200, {
    accessToken: token,
    expireTime: expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
  });
}
