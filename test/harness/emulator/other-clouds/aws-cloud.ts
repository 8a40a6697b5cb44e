import type { Bucket } from './object-store.ts';

/** An IAM identity provider, as the input of `create-open-id-connect-provider` has it. */
export interface OpenIdConnectProvider {
  readonly Url: string;
  readonly ClientIDList: readonly string[];
}

/** The trust of a role: one statement for one provider, its conditions all of equal texts. */
export interface TrustPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly {
    readonly Effect: 'Allow';
    readonly Principal: { readonly Federated: string };
    readonly Action: 'sts:AssumeRoleWithWebIdentity';
    readonly Condition: { readonly StringEquals: Readonly<Record<string, string>> };
  }[];
}

/** Temporary credentials of a role. */
export interface AwsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly expiresAt: Date;
}

/** What one AWS account knows. */
export interface AwsAccount {
  readonly id: string;
  /** By their ARN. */
  readonly providers: Map<string, OpenIdConnectProvider>;
  /** The trust of each role, by the role's ARN. */
  readonly roles: Map<string, TrustPolicy>;
  /** By the ID of their access key. */
  readonly sessions: Map<string, AwsSession>;
  readonly buckets: Map<string, Bucket>;
}

/** An AWS account that trusts nobody. */
export const createAwsAccount = (): AwsAccount => ({
  id: '210987654321',
  providers: new Map(),
  roles: new Map(),
  sessions: new Map(),
  buckets: new Map(),
});

/** The issuer without its scheme: the end of the provider's ARN, and the start of its keys. */
export const providerName = (issuer: string): string => issuer.replace(/^https:\/\//, '');
