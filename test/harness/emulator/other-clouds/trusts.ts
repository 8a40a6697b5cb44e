import type { Emulator } from '../emulator.ts';
import { defaultAudience, entraAudience } from '../federation.ts';
import { azureDevOps } from '../resources.ts';
import type { ServiceConnection } from '../service-connections.ts';
import { providerName } from './aws-cloud.ts';
import { principalOf } from './google-cloud.ts';
import { createBucket } from './object-store.ts';

/** What a trust has in the place of the connection's own values. */
export interface TrustWish {
  readonly audience?: string;
  readonly subject?: string;
}

/** `aud` of a connection's ID tokens. */
export const audienceOf = ({ issuerKind }: ServiceConnection): string =>
  issuerKind === 'entra' ? entraAudience : defaultAudience;

/** The bucket of each cloud that {@link trustAtGoogle} and {@link trustAtAws} open. */
export const stateBucket = 'contoso-state';

/**
 * Has Google Cloud trust a connection, as the recipes do: by issuer, audience and subject. The
 * principal, and a service account that it may impersonate, may use the bucket.
 */
export function trustAtGoogle(
  emulator: Emulator,
  connection: ServiceConnection,
  name: string,
  { audience = audienceOf(connection), subject = connection.subject }: TrustWish = {},
): { readonly provider: string; readonly serviceAccount: string } {
  const { google } = emulator;
  const provider = `//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/azure-devops/providers/${name}`;
  const isLong = connection.issuerKind === 'entra';
  google.providers.set(provider, {
    issuer: connection.issuer,
    allowedAudiences: [audience],
    attributeMapping: {
      'google.subject': isLong ? "assertion.sub.extract('/sc/{connection}')" : 'assertion.sub',
    },
    attributeCondition: `assertion.sub == '${subject}'`,
  });
  const principal = principalOf(
    provider,
    isLong ? connection.subject.replace(/^.*\/sc\//, '') : connection.subject,
  );
  const serviceAccount = `${name}@contoso.iam.gserviceaccount.com`;
  google.serviceAccounts.set(serviceAccount, new Set([principal]));
  const bucket = google.buckets.get(stateBucket) ?? createBucket();
  google.buckets.set(stateBucket, bucket);
  bucket.users.add(principal).add(`serviceAccount:${serviceAccount}`);
  return { provider, serviceAccount };
}

/**
 * Has the AWS account trust a connection, as the recipes do, and gives the role the bucket.
 * Returns the ARN of the role.
 */
export function trustAtAws(
  { aws }: Emulator,
  connection: ServiceConnection,
  role: string,
  wish: TrustWish = {},
): string {
  const { issuer, issuerKind } = connection;
  const name = providerName(issuer);
  // AWS compares `azp` where there is one, and so in the tokens of Entra's issuer.
  const ownAudience = issuerKind === 'entra' ? azureDevOps : defaultAudience;
  const { audience = ownAudience, subject = connection.subject } = wish;
  const providerArn = `arn:aws:iam::${aws.id}:oidc-provider/${name}`;
  aws.providers.set(providerArn, { Url: issuer, ClientIDList: [audience] });
  const roleArn = `arn:aws:iam::${aws.id}:role/${role}`;
  aws.roles.set(roleArn, {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Federated: providerArn },
        Action: 'sts:AssumeRoleWithWebIdentity',
        Condition: { StringEquals: { [`${name}:aud`]: audience, [`${name}:sub`]: subject } },
      },
    ],
  });
  const bucket = aws.buckets.get(stateBucket) ?? createBucket();
  aws.buckets.set(stateBucket, bucket);
  bucket.users.add(roleArn);
  return roleArn;
}
