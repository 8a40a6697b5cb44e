import type { Bucket } from './object-store.ts';

/** A provider of a workload identity pool, as an administrator creates it. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly allowedAudiences: readonly string[];
  /** Expressions by the attribute that they fill, such as `google.subject`. */
  readonly attributeMapping: Readonly<Record<string, string>>;
  readonly attributeCondition?: string;
}

/** Who holds a token of Google's, and until when. */
export interface GoogleSession {
  /** `principal://…` for a federated token, `serviceAccount:…` for one of a service account. */
  readonly member: string;
  readonly expiresAt: Date;
}

/** What Google Cloud knows. */
export interface GoogleCloud {
  /** By their full name: `//iam.googleapis.com/projects/…/providers/…`. */
  readonly providers: Map<string, IdentityProvider>;
  /** The members that may impersonate a service account, by its address. */
  readonly serviceAccounts: Map<string, Set<string>>;
  readonly sessions: Map<string, GoogleSession>;
  readonly buckets: Map<string, Bucket>;
}

/** A Google Cloud that trusts nobody. */
export const createGoogleCloud = (): GoogleCloud => ({
  providers: new Map(),
  serviceAccounts: new Map(),
  sessions: new Map(),
  buckets: new Map(),
});

/** The member that stands for one subject of a pool. */
export const principalOf = (providerName: string, subject: string): string =>
  `principal:${providerName.replace(/\/providers\/[^/]+$/, '')}/subject/${subject}`;
