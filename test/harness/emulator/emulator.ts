import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { issueAccessToken } from './access-tokens.ts';
import { startBlobStorage } from './blob-storage.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFrontDoor, type House } from './front-door.ts';
import { createGitHosting, type Repositories } from './git-repositories.ts';
import { startJob, type Job, type JobOptions } from './jobs.ts';
import { createJournal, type Journal } from './journal.ts';
import { openMachine, type Machine, type MachineKind } from './machine-identity.ts';
import { openOffice, type Office } from './office.ts';
import type { AwsAccount } from './other-clouds/aws-cloud.ts';
import type { GoogleCloud } from './other-clouds/google-cloud.ts';
import { openProxy, type Proxy } from './proxy.ts';
import {
  addServiceConnection,
  type ServiceConnection,
  type ServiceConnectionOptions,
} from './service-connections.ts';
import {
  createSigningKeys,
  createWorld,
  type SigningKeys,
  type DeploymentSettings,
  type IssuedCredential,
  type Lifetimes,
  type Organization,
  type World,
} from './world.ts';

export type { Project } from './administration.ts';
export type { Office } from './office.ts';
export type { Fault, FaultKind, FaultPlace, Faults, InjectedFault } from './faults.ts';
export type { Job, JobOptions } from './jobs.ts';
export type { Journal, JournalEntry, RouteName } from './journal.ts';
export { machineKinds, type Machine, type MachineKind } from './machine-identity.ts';
export type { EmulatorRequest } from './message.ts';
export type {
  Endpoint,
  Scheme,
  ServiceConnection,
  ServiceConnectionOptions,
} from './service-connections.ts';
export { createSigningKeys, type SigningKeys } from './world.ts';
export type { DeploymentSettings, IssuedCredential, Lifetimes, Organization } from './world.ts';

/** Where the emulator keeps its files, and whether it offers blob storage (which takes a second). */
export interface EmulatorOptions {
  readonly folder: string;
  readonly blobStorage?: boolean;
  /** Those of another emulator, which costs less than new ones. */
  readonly keys?: SigningKeys;
}

/** Azure DevOps and Azure on this machine, behind a proxy. */
export interface Emulator {
  readonly proxyUrl: string;
  /** Path of the root certificate, PEM. */
  readonly caFile: string;
  /** What an agent on a network behind this proxy has in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly organization: Organization;
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly lifetimes: Lifetimes;
  readonly deployments: DeploymentSettings;
  /** Name of the storage account that there is with `blobStorage`. */
  readonly storageAccount: string;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly issued: readonly IssuedCredential[];
  /** What administrators of other clouds set up there; a test fills its maps. */
  readonly google: GoogleCloud;
  readonly aws: AwsAccount;
  /** Projects, connections and identities as their administrators see them. */
  readonly office: Office;
  /** Azure Repos, of any organization. */
  readonly repositories: Repositories;
  addServiceConnection(options: ServiceConnectionOptions): ServiceConnection;
  startJob(options: JobOptions): Job;
  /** Makes Entra issue tokens for one more resource, such as `api://shop`. */
  addResource(identifier: string): void;
  createContainer(name: string): Promise<void>;
  /** A machine of Azure with an identity of its own, that of a connection which no job is to name. */
  openMachine(kind: MachineKind): Promise<Machine>;
  /** Ends everything that was started, and leaves the folder to its owner. */
  close(): Promise<void>;
}

const account = 'teststate';

const environmentFor = (proxyUrl: string, caFile: string): Readonly<Record<string, string>> => ({
  HTTPS_PROXY: proxyUrl,
  HTTP_PROXY: proxyUrl,
  NODE_EXTRA_CA_CERTS: caFile,
  SSL_CERT_FILE: caFile,
  REQUESTS_CA_BUNDLE: caFile,
});

/** Past the front door, with a token of an owner who is nobody's identity. */
async function createContainer(name: string, world: World): Promise<void> {
  const { blobStorage } = world;
  if (!blobStorage) throw new Error('The emulator was started without blob storage.');
  const owner = {
    clientId: '00000000-0000-0000-0000-000000000000',
    objectId: '00000000-0000-0000-0000-000000000000',
    name: 'owner',
    kind: 'managed-identity' as const,
    cloud: world.clouds[0],
    federatedCredentials: [],
    subscriptions: new Set<string>(),
  };
  const { token } = issueAccessToken(owner, 'https://storage.azure.com', world);
  const answer = await blobStorage.forward({
    host: `${account}${world.clouds[0].blobSuffix}`,
    method: 'PUT',
    path: `/${name}`,
    target: `/${name}?restype=container`,
    query: new URLSearchParams(),
    headers: {
      authorization: `Bearer ${token}`,
      'x-ms-version': '2021-12-02',
      'content-length': '0',
    },
    body: Buffer.alloc(0),
    params: {},
    distortion: { clockSkewSeconds: 0 },
  });
  if (answer.status !== 201) throw new Error(`No container ${name}: ${answer.body.toString()}`);
}

function present(
  house: House,
  proxy: Proxy,
  caFile: string,
  repositories: Repositories,
): Omit<Emulator, 'close'> {
  const { world } = house;
  return {
    proxyUrl: proxy.url,
    caFile,
    environment: environmentFor(proxy.url, caFile),
    organization: world.organization,
    tenantId: world.tenantId,
    subscriptionId: world.subscriptionId,
    lifetimes: world.lifetimes,
    deployments: world.deploymentSettings,
    storageAccount: account,
    faults: house.faults,
    journal: house.journal,
    issued: world.issued,
    google: world.google,
    aws: world.aws,
    office: openOffice(world),
    repositories,
    addServiceConnection: (options) => addServiceConnection(options, world),
    startJob: (options) => startJob(options, world),
    addResource: (identifier) => void world.resources.add(identifier.replace(/\/+$/, '')),
    createContainer: (name) => createContainer(name, world),
    openMachine: (kind) =>
      openMachine(kind, addServiceConnection({ name: kind }, world), world, dirname(caFile)),
  };
}

/**
 * Starts an emulator. Several may run at a time: each has its own world and ports, and its own keys
 * unless some are given.
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { folder } = options;
  await mkdir(folder, { recursive: true });
  const world = createWorld(options.keys ?? (await createSigningKeys()));
  const authority = createCertificateAuthority();
  const caFile = join(folder, 'emulator-root.pem');
  await writeFile(caFile, authority.certificate);
  if (options.blobStorage === true) {
    world.blobStorage = await startBlobStorage({
      account,
      key: world.storageKey,
      folder,
      authority,
    });
  }
  const repositories = createGitHosting(folder, world);
  world.git = repositories;
  const house: House = { world, journal: createJournal(), faults: createFaults(), authority };
  const door = createFrontDoor(house);
  const proxy = await openProxy(house, door);
  return {
    ...present(house, proxy, caFile, repositories),
    close: async () => {
      await proxy.close();
      door.closeAllConnections();
      await world.blobStorage?.close();
    },
  };
}
