import { FederationError } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import { readJob, type Job } from '../id-token/job.ts';
import { Secret } from '../secret.ts';
import { ConnectionSession, type BrokerWorld } from './connection-session.ts';
import type {
  BrokerSettings,
  BrokerState,
  ConnectionOrder,
  KeptConnection,
  ProcessIdentity,
  Registration,
} from './messages.ts';
import { stateDirectoryIn, type StateDirectory } from './state-directory.ts';
import type { ConnectionReport } from './tally.ts';

/** More connections than this in one job are a mistake. */
const mostConnections = 200;

/** It becomes the name of a directory. */
const connectionId = /^[0-9A-Za-z-]{1,64}$/;

export interface BrokerReport {
  readonly brokerId: string;
  /** ISO 8601. */
  readonly startedOn: string;
  readonly endedOn: string;
  readonly connections: readonly ConnectionReport[];
}

/** Where the broker listens and who it is; known once the listener is up. */
export interface BrokerPlace {
  readonly port: number;
  readonly process: ProcessIdentity;
  readonly controlCapability: Secret;
}

/** Keeps every service connection of one job signed in; says nothing of how it is reached. */
export class Broker {
  readonly directory: StateDirectory;
  readonly #settings: BrokerSettings;
  readonly #job: Job;
  readonly #world: BrokerWorld;
  readonly #place: BrokerPlace;
  readonly #startedOn: Date;
  readonly #sessions = new Map<string, { session: ConnectionSession; kept: KeptConnection }>();

  constructor(settings: BrokerSettings, place: BrokerPlace, world: BrokerWorld) {
    this.#settings = settings;
    this.#place = place;
    this.#world = world;
    this.#startedOn = world.clock.now();
    this.#job = jobOf(settings);
    this.directory = stateDirectoryIn(settings.stateDirectory);
    for (const kept of settings.kept) this.#open(kept);
  }

  /** Writes the state file, by which later tasks of the job find this broker. */
  async announce(): Promise<void> {
    const state: BrokerState = {
      protocol: this.#settings.protocol,
      brokerId: this.#settings.brokerId,
      jobId: this.#job.jobId,
      process: this.#place.process,
      startedOn: this.#startedOn.toISOString(),
      port: this.#place.port,
      controlCapability: this.#place.controlCapability.reveal(),
      connections: [...this.#sessions.values()].map(({ session }) => session.connection),
    };
    await this.#world.files.replace(this.directory.stateFile, JSON.stringify(state));
  }

  /**
   * Keeps a connection signed in from now on. The same connection twice is one session, with the
   * endpoints that it had; nothing is left of one whose first token could not be had.
   * @throws {FederationError} the reason why there is no first token.
   */
  async register(order: ConnectionOrder): Promise<Registration> {
    if (!connectionId.test(order.id)) throw new TypeError('not the ID of a connection');
    const isNew = !this.#sessions.has(order.id);
    const { session, kept } = this.#sessions.get(order.id) ?? (await this.#openNew(order));
    try {
      const idToken = await session.firstIdToken();
      for (const file of order.accessTokenFiles) session.keepFile(file);
      await session.fillFiles();
      await this.announce();
      return this.#registration(kept, idToken);
    } catch (error) {
      if (isNew) await this.dismiss(order.id);
      else session.dropFiles(order.accessTokenFiles);
      throw error;
    }
  }

  /** Ends the session of a connection and removes its files. */
  async dismiss(id: string): Promise<void> {
    if (!this.#sessions.delete(id)) return;
    await this.#world.files.remove(this.directory.connectionDirectory(id));
    await this.announce();
  }

  /** Whether nobody is kept signed in. */
  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  session(id: string): { session: ConnectionSession; kept: KeptConnection } | undefined {
    return this.#sessions.get(id);
  }

  /** Refreshes what is due; never rejects. */
  async tend(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ session }) => session.tend()));
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    const sessions = [...this.#sessions.values()];
    return Math.min(Number.POSITIVE_INFINITY, ...sessions.map(({ session }) => session.dueInMs()));
  }

  report(): BrokerReport {
    return {
      brokerId: this.#settings.brokerId,
      startedOn: this.#startedOn.toISOString(),
      endedOn: this.#world.clock.now().toISOString(),
      connections: [...this.#sessions.values()].map(({ session }) => session.tally.report()),
    };
  }

  async #openNew(
    order: ConnectionOrder,
  ): Promise<{ session: ConnectionSession; kept: KeptConnection }> {
    if (this.#sessions.size >= mostConnections) throw tooManyConnections(order.name);
    const { chance, files } = this.#world;
    await files.makePrivateDirectory(this.directory.connectionDirectory(order.id));
    return this.#open({
      ...order,
      idTokenCapability: chance.capability().reveal(),
      managedIdentityCapability: chance.capability().reveal(),
    });
  }

  #open(kept: KeptConnection): { session: ConnectionSession; kept: KeptConnection } {
    const tokenFile = this.directory.tokenFile(kept.id);
    const opened = {
      session: new ConnectionSession(kept, tokenFile, this.#job, this.#world),
      kept,
    };
    this.#sessions.set(kept.id, opened);
    return opened;
  }

  #registration(kept: KeptConnection, idToken: IdToken): Registration {
    const { issuer, subject, audience, expiresOn } = idToken;
    return {
      brokerId: this.#settings.brokerId,
      address: `127.0.0.1:${this.#place.port}`,
      tokenFile: this.directory.tokenFile(kept.id),
      idTokenCapability: kept.idTokenCapability,
      managedIdentityCapability: kept.managedIdentityCapability,
      issuer,
      subject,
      audience,
      expiresOn: expiresOn.toISOString(),
    };
  }
}

/** Checks the job once more: the broker trusts no message about where the job token may go. */
function jobOf({ job }: BrokerSettings): Job {
  const serverUri = job.collectionUri;
  return readJob({ ...job, serverUri, jobAccessToken: new Secret(job.jobAccessToken) });
}

function tooManyConnections(name: string): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `The broker keeps ${mostConnections} service connections signed in already and takes no more ("${name}").`,
    remedy: 'Use fewer connections in one job.',
    kind: 'definite',
  });
}
