import { randomBytes, randomUUID } from 'node:crypto';
import { createAdministration, type Administration } from './administration.ts';
import type { BlobStorage } from './blob-storage.ts';
import { publishedClouds, type Cloud } from './clouds.ts';
import type { Deployment } from './deployments.ts';
import type { GitHosting } from './git-repositories.ts';
import { createSigningKey, type SigningKey } from './jwt.ts';
import { createAwsAccount, type AwsAccount } from './other-clouds/aws-cloud.ts';
import { createGoogleCloud, type GoogleCloud } from './other-clouds/google-cloud.ts';
import type { StoredResource } from './resource-types.ts';
import type { ServiceConnection } from './service-connections.ts';

/** Lives of what is issued, in seconds; read at each issue. */
export interface Lifetimes {
  idTokenSeconds: number;
  /** Entra's usual hour; managed identities' day is for a test to set. */
  accessTokenSeconds: number;
  /** What Google's token service and AWS' give for an ID token: an hour each, unless asked. */
  cloudSessionSeconds: number;
}

/** How long Resource Manager's deployments take; read at each PUT. */
export interface DeploymentSettings {
  durationMs: number;
  retryAfterSeconds: number;
}

/** The one Azure DevOps organization, with its one project. */
export interface Organization {
  readonly name: string;
  readonly id: string;
  readonly collectionUri: string;
  readonly project: { readonly name: string; readonly id: string };
}

/** A credential that someone got from the emulator. */
export interface IssuedCredential {
  readonly kind:
    | 'job-access-token'
    | 'id-token'
    | 'access-token'
    | 'secret'
    | 'google-access-token'
    | 'aws-secret'
    | 'aws-session-token';
  readonly value: string;
}

/** What an application trusts. */
export interface FederatedCredential {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
  readonly name?: string;
}

/** An app registration or a managed identity, with its service principal. */
export interface Application {
  readonly clientId: string;
  readonly objectId: string;
  readonly name: string;
  readonly kind: 'app-registration' | 'managed-identity';
  readonly cloud: Cloud;
  readonly federatedCredentials: readonly FederatedCredential[];
  readonly secret?: string;
  readonly isMultiTenant?: boolean;
  /** Other tenants in which it has a service principal. */
  readonly otherTenants?: ReadonlySet<string>;
  /** Subscriptions on which it has a role (Contributor and Storage Blob Data Owner in one). */
  readonly subscriptions: ReadonlySet<string>;
}

/** A job as Azure DevOps knows it. */
export interface JobRecord {
  readonly jobId: string;
  readonly planId: string;
  readonly hub: string;
  readonly connectionIds: ReadonlySet<string>;
  running: boolean;
  tokenRefused: boolean;
}

/** All that the handlers know. They change nothing but its maps. */
export interface World {
  readonly organization: Organization;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly lifetimes: Lifetimes;
  readonly deploymentSettings: DeploymentSettings;
  readonly clouds: [Cloud, ...Cloud[]];
  readonly keys: SigningKeys;
  readonly connections: Map<string, ServiceConnection>;
  readonly applications: Map<string, Application>;
  /** Client IDs of the identities that are users of the organization and its project. */
  readonly organizationUsers: Set<string>;
  readonly jobs: Map<string, JobRecord>;
  readonly administration: Administration;
  readonly resourceGroups: Map<string, Readonly<Record<string, unknown>>>;
  /** Resources of any type, by their ID in lower case. */
  readonly resourceStore: Map<string, StoredResource>;
  readonly deployments: Map<string, Deployment>;
  readonly vaultSecrets: Map<string, string>;
  /** Resources, beyond Azure's own, for which Entra issues tokens. */
  readonly resources: Set<string>;
  readonly issued: IssuedCredential[];
  readonly storageKey: string;
  blobStorage: BlobStorage | undefined;
  git: GitHosting | undefined;
  /** The other clouds, which may trust the ID tokens of connections. */
  readonly google: GoogleCloud;
  readonly aws: AwsAccount;
}

const organizationNamed = (name: string, project: string): Organization => ({
  name,
  id: randomUUID(),
  collectionUri: `https://dev.azure.com/${name}/`,
  project: { name: project, id: randomUUID() },
});

/** Who signs here, each with a key of its own. */
export interface SigningKeys {
  readonly jobTokens: SigningKey;
  readonly devopsIssuer: SigningKey;
  readonly entra: SigningKey;
}

export async function createSigningKeys(): Promise<SigningKeys> {
  const [jobTokens, devopsIssuer, entra] = await Promise.all([
    createSigningKey(),
    createSigningKey(),
    createSigningKey(),
  ]);
  return { jobTokens, devopsIssuer, entra };
}

/** A world with an organization and a tenant, and nobody in them. */
export function createWorld(keys: SigningKeys): World {
  const [azure, ...others] = publishedClouds;
  if (!azure) throw new Error('There is no cloud.');
  return {
    organization: organizationNamed('contoso', 'shop'),
    tenantId: randomUUID(),
    subscriptionId: randomUUID(),
    lifetimes: { idTokenSeconds: 600, accessTokenSeconds: 3600, cloudSessionSeconds: 3600 },
    deploymentSettings: { durationMs: 0, retryAfterSeconds: 1 },
    clouds: [azure, ...others],
    keys,
    connections: new Map(),
    applications: new Map(),
    organizationUsers: new Set(),
    jobs: new Map(),
    administration: createAdministration(),
    resourceGroups: new Map(),
    resourceStore: new Map(),
    deployments: new Map(),
    vaultSecrets: new Map([['greeting', 'hello']]),
    resources: new Set(),
    issued: [],
    storageKey: randomBytes(64).toString('base64'),
    blobStorage: undefined,
    git: undefined,
    google: createGoogleCloud(),
    aws: createAwsAccount(),
  };
}

/** Whether some application of the tenant has a service principal in that other tenant. */
export const isGuestTenant = (tenant: string, world: World): boolean =>
  [...world.applications.values()].some(({ otherTenants }) => otherTenants?.has(tenant) === true);
