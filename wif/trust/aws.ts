import { expression, list, object, quoted, resource } from './hcl.ts';
import type { TrustedToken } from './trusted-token.ts';

/**
 * The identity provider and the role of AWS' IAM as JSON: each part is the input of its command
 * (`create-open-id-connect-provider`, `create-role`), the policy still to be made a text.
 */
export function awsTrust(token: TrustedToken, account: string): string {
  const provider = `arn:aws:iam::${account}:oidc-provider/${withoutScheme(token)}`;
  const value = {
    OpenIDConnectProvider: { Url: token.issuer, ClientIDList: [awsAudience(token)] },
    Role: { RoleName: token.name, AssumeRolePolicyDocument: policy(token, provider) },
  };
  return JSON.stringify(value, null, 2);
}

/** The same for Terraform's provider `aws`; the account is the provider's own. */
export function awsTerraform(token: TrustedToken): string {
  const { name, issuer } = token;
  const provider = 'aws_iam_openid_connect_provider.azure_devops';
  return [
    resource('aws_iam_openid_connect_provider', 'azure_devops', [
      ['url', quoted(issuer)],
      ['client_id_list', list([quoted(awsAudience(token))])],
    ]),
    resource('aws_iam_role', 'azure_devops', [
      ['name', quoted(name)],
      ['assume_role_policy', expression(`jsonencode(${policyObject(token, `${provider}.arn`)})`)],
    ]),
  ].join('\n\n');
}

interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly [
    {
      readonly Effect: 'Allow';
      readonly Principal: { readonly Federated: string };
      readonly Action: 'sts:AssumeRoleWithWebIdentity';
      readonly Condition: { readonly StringEquals: Readonly<Record<string, string>> };
    },
  ];
}

function policy(token: TrustedToken, Federated: string): Policy {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: Object.fromEntries(conditions(token)) },
      },
    ],
  };
}

function policyObject(token: TrustedToken, federated: string): string {
  const equal = conditions(token).map(([key, value]) => [quoted(key).text, quoted(value)] as const);
  const statement = object([
    ['Effect', quoted('Allow')],
    ['Principal', expression(`{ Federated = ${federated} }`)],
    ['Action', quoted('sts:AssumeRoleWithWebIdentity')],
    ['Condition', object([['StringEquals', object(equal)]])],
  ]);
  return object([
    ['Version', quoted('2012-10-17')],
    ['Statement', expression(`[${statement.text}]`)],
  ]).text;
}

function conditions(token: TrustedToken): readonly (readonly [key: string, value: string])[] {
  const name = withoutScheme(token);
  return [
    [`${name}:aud`, literal(awsAudience(token))],
    [`${name}:sub`, literal(token.subject)],
  ];
}

/** What AWS compares as the audience: `azp` where a token has it (aws/aws-sdk-net#3071). */
function awsAudience({ authorizedParty, audience }: TrustedToken): string {
  return authorizedParty ?? audience;
}

/** In a policy `${…}` is a variable, and `${$}` the sign itself (IAM: "Policy variables"). */
function literal(text: string): string {
  return text.replaceAll('${', '${$}{');
}

function withoutScheme({ issuer }: TrustedToken): string {
  return issuer.replace(/^https:\/\//, '');
}
