import { randomBytes, randomUUID } from 'node:crypto';
import { textClaim, type Claims } from '../jwt.ts';
import type { EmulatorRequest, EmulatorResponse, Remark } from '../message.ts';
import type { World } from '../world.ts';
import { providerName, type AwsSession, type TrustPolicy } from './aws-cloud.ts';
import { sessionOf } from './aws-signature.ts';
import { flawOfProof, readWebIdentity, type WebIdentity } from './web-identity.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Text for XML. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** An answer in XML. */
export const xml = (status: number, body: string, remark: Remark = {}): EmulatorResponse => ({
  status,
  headers: { 'Content-Type': 'text/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
  remark,
});

const refused = ({ status, code, message }: Refusal, seen: Remark = {}): EmulatorResponse =>
  xml(
    status,
    `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
    { ...seen, error: code },
  );

const invalid = (message: string): Refusal => ({
  status: 400,
  code: 'InvalidIdentityToken',
  message,
});

const notAuthorized: Refusal = {
  status: 403,
  code: 'AccessDenied',
  message: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
};

/** AWS compares `azp` in the place of `aud` where a token has it (aws/aws-sdk-net#3071). */
const audienceOf = (claims: Claims): string => textClaim(claims, 'azp') || textClaim(claims, 'aud');

function refusalOfToken(
  token: string,
  identity: WebIdentity,
  clientIds: readonly string[],
  world: World,
): Refusal | undefined {
  const now = new Date();
  const flaw = flawOfProof(token, world, now);
  if (flaw === 'signature') {
    return invalid(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  if (flaw === 'expired') {
    return {
      status: 400,
      code: 'ExpiredTokenException',
      message: `Token expired: current date/time ${Math.floor(now.getTime() / 1000)} must be before the expiration date/time ${identity.expiry}`,
    };
  }
  if (flaw === 'not-yet') return invalid('The ID Token is not valid yet.');
  return clientIds.includes(audienceOf(identity.claims))
    ? undefined
    : invalid('Incorrect token audience');
}

/** `${$}` is the sign itself. Other variables of policies are not played: they match nothing. */
const means = (value: string, text: string | undefined): boolean =>
  !/\$\{(?!\$\})/.test(value) && value.replaceAll('${$}', '$') === text;

/** Whether a role lets this identity in; each condition must name the value to the letter. */
function letsIn(
  policy: TrustPolicy,
  providerArn: string,
  { issuer, claims, subject }: WebIdentity,
): boolean {
  const name = providerName(issuer);
  const known: Readonly<Record<string, string>> = {
    [`${name}:aud`]: audienceOf(claims),
    [`${name}:sub`]: subject,
  };
  return policy.Statement.some(
    ({ Principal, Condition }) =>
      Principal.Federated === providerArn &&
      Object.entries(Condition.StringEquals).every(([key, value]) => means(value, known[key])),
  );
}

function judge(
  form: URLSearchParams,
  identity: WebIdentity | undefined,
  { aws, ...world }: World,
): Refusal | undefined {
  if (!/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '')) {
    return {
      status: 400,
      code: 'ValidationError',
      message:
        "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    };
  }
  if (!identity)
    return invalid(
      'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    );
  const providerArn = `arn:aws:iam::${aws.id}:oidc-provider/${providerName(identity.issuer)}`;
  const provider = aws.providers.get(providerArn);
  if (!provider) {
    return invalid(`No OpenIDConnect provider found in your account for ${identity.issuer}`);
  }
  const token = form.get('WebIdentityToken') ?? '';
  const wrongToken = refusalOfToken(token, identity, provider.ClientIDList, { aws, ...world });
  if (wrongToken) return wrongToken;
  const policy = aws.roles.get(form.get('RoleArn') ?? '');
  return policy && letsIn(policy, providerArn, identity) ? undefined : notAuthorized;
}

function openSession(form: URLSearchParams, world: World): AwsSession {
  const session = {
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: randomBytes(180).toString('base64'),
    roleArn: form.get('RoleArn') ?? '',
    sessionName: form.get('RoleSessionName') ?? '',
    expiresAt: new Date(Date.now() + world.lifetimes.cloudSessionSeconds * 1000),
  };
  world.aws.sessions.set(session.accessKeyId, session);
  world.issued.push({ kind: 'aws-secret', value: session.secretAccessKey });
  world.issued.push({ kind: 'aws-session-token', value: session.sessionToken });
  return session;
}

/** The ARN under which a session acts. */
export const sessionArn = ({ roleArn, sessionName }: AwsSession): string =>
  `${roleArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/${sessionName}`;

function assumeRole(form: URLSearchParams, world: World): EmulatorResponse {
  const identity = readWebIdentity(form.get('WebIdentityToken') ?? '', world);
  const seen = identity && { tokenId: identity.tokenId, connectionId: identity.connectionId };
  const refusal = judge(form, identity, world);
  if (refusal || !identity) return refused(refusal ?? notAuthorized, seen);
  const session = openSession(form, world);
  return xml(
    200,
    `<AssumeRoleWithWebIdentityResponse xmlns="${namespace}"><AssumeRoleWithWebIdentityResult><Audience>${escaped(audienceOf(identity.claims))}</Audience><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:${session.sessionName}</AssumedRoleId><Arn>${sessionArn(session)}</Arn></AssumedRoleUser><Provider>${escaped(identity.issuer)}</Provider><Credentials><AccessKeyId>${session.accessKeyId}</AccessKeyId><SecretAccessKey>${session.secretAccessKey}</SecretAccessKey><SessionToken>${session.sessionToken}</SessionToken><Expiration>${session.expiresAt.toISOString()}</Expiration></Credentials><SubjectFromWebIdentityToken>${escaped(identity.subject)}</SubjectFromWebIdentityToken></AssumeRoleWithWebIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></AssumeRoleWithWebIdentityResponse>`,
    { ...seen },
  );
}

function callerIdentity(request: EmulatorRequest, { aws }: World): EmulatorResponse {
  const session = sessionOf(request, aws);
  if (typeof session === 'string') {
    const message =
      session === 'ExpiredToken'
        ? 'The security token included in the request is expired'
        : `The request was refused: ${session}`;
    return refused({ status: 403, code: session, message });
  }
  return xml(
    200,
    `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult><Arn>${sessionArn(session)}</Arn><UserId>AROAEXAMPLE:${session.sessionName}</UserId><Account>${aws.id}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  );
}

/** `POST https://sts.{region}.amazonaws.com/`: the two actions that clients here take. */
export function awsSts(request: EmulatorRequest, world: World): EmulatorResponse {
  const form = new URLSearchParams(request.body.toString());
  const action = form.get('Action') ?? '';
  if (action === 'AssumeRoleWithWebIdentity') return assumeRole(form, world);
  if (action === 'GetCallerIdentity') return callerIdentity(request, world);
  const message = `Could not find operation ${action} for version 2011-06-15`;
  return refused({ status: 400, code: 'InvalidAction', message });
}
