import { stateDirectoryIn, type StateDirectory } from '../delivery/files/state-directory.ts';
import { FederationError } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import { endOfJobAccessToken } from '../id-token/job-access-token.ts';
import type { Job } from '../id-token/job.ts';
import type { ProcessIdentity, SharedFolders } from '../ports.ts';
import type { BrokerWorld } from '../refresh/broker-world.ts';
import { ConnectionTokens } from '../refresh/connection-tokens.ts';
import { Secret } from '../secret.ts';
import { firstTokenBudgetMs } from '../upstream/retry-policy.ts';
import { sealed, type BrokerState } from '../wire/broker-state.ts';
import type { Expectation } from '../wire/expectation.ts';
import { givenUpAfterMs, type ConnectionOrder, type Registration } from '../wire/messages.ts';
import type { BrokerReport, BrokerStatus } from '../wire/report.ts';
import type { BrokerSettings, KeptConnection } from '../wire/start-message.ts';
import { AzureCliWatch } from './azure-cli-watch.ts';
import { jobOf } from './broker-job.ts';
import { distinctName } from './distinct-name.ts';
import { Expectations } from './expectations.ts';
import { JobTimeline, type History } from './job-timeline.ts';
import { ofClient, reportOf, standstillOf, type KeptSession } from './kept-session.ts';
import { NamedConnections } from './named-connections.ts';
import { Unforeseen } from './unforeseen.ts';

/** More connections than this in one job are a mistake. */
const maxConnections = 200;

/** It becomes the name of a directory. */
const connectionId = /^[0-9A-Za-z-]{1,64}$/;

/** Where the broker listens and who it is; known once the listener is up. */
export interface BrokerPlace {
  readonly port: number;
  readonly process: ProcessIdentity;
  readonly controlCapability: Secret;
}

/** What the broker asks of the world beyond what one connection does. */
export interface KeepingWorld extends BrokerWorld {
  readonly folders: SharedFolders;
}

/** Keeps every service connection of one job signed in; says nothing of how it is reached. */
export class Broker {
  readonly id: string;
  readonly directory: StateDirectory;
  readonly unforeseen: Unforeseen;
  readonly #settings: BrokerSettings;
  readonly #job: Job;
  readonly #world: KeepingWorld;
  readonly #azureCli: AzureCliWatch;
  readonly #named: NamedConnections;
  readonly #place: BrokerPlace;
  readonly #startedOn: Date;
  readonly timeline: JobTimeline;
  readonly #sessions = new Map<string, KeptSession>();

  constructor(settings: BrokerSettings, place: BrokerPlace, world: KeepingWorld, history: History) {
    this.id = settings.brokerId;
    this.unforeseen = new Unforeseen(settings.brokerId, world);
    this.#settings = settings;
    this.#place = place;
    this.#world = world;
    this.#startedOn = world.clock.now();
    this.#job = jobOf(settings);
    this.directory = stateDirectoryIn(settings.stateDirectory);
    this.#named = new NamedConnections(this.#job, world);
    const { folders, clock } = world;
    const keeperWorld = { folders, clock, draftFolder: this.directory.root };
    this.#azureCli = new AzureCliWatch(settings.stateDirectory, keeperWorld);
    const tokenEnds = endOfJobAccessToken(this.#job.jobAccessToken);
    this.timeline = new JobTimeline(this.directory.timelineFile, tokenEnds, history, world);
    // Nobody watched the old port meanwhile: whoever held it was shown what opened it.
    for (const kept of settings.kept) this.#open(this.#withNewCapabilities(kept));
  }

  /** Makes the state directory this broker's own: from now on everything that happens is kept there. */
  async claimDirectory(): Promise<void> {
    await this.#world.files.makePrivateDirectory(this.directory.root);
    await this.announce();
    this.timeline.begin();
  }

  /** Writes the state file, by which later tasks of the job find this broker. */
  async announce(): Promise<void> {
    const state: BrokerState = {
      protocol: this.#settings.protocol,
      brokerId: this.id,
      planId: this.#job.planId,
      jobId: this.#job.jobId,
      worker: this.#settings.worker,
      process: this.#place.process,
      startedOn: this.#startedOn.toISOString(),
      port: this.#place.port,
      controlCapability: this.#place.controlCapability.reveal(),
      connections: [...this.#sessions.values()].map(({ session, kept }) => ({
        ...kept,
        ...session.connection,
      })),
    };
    const text = new Secret(sealed(state, this.#job));
    await this.#world.files.replace(this.directory.stateFile, text);
  }

  /**
   * Keeps a connection signed in from now on. The same connection twice is one session, with the
   * endpoints that it had; nothing is left of one whose first token could not be had.
   * @throws {FederationError} the reason why there is no first token.
   */
  async register(order: ConnectionOrder): Promise<Registration> {
    if (!connectionId.test(order.id)) throw new TypeError('not the ID of a connection');
    const isNew = !this.#sessions.has(order.id);
    const { session, kept } = this.#sessions.get(order.id) ?? this.#openNew(order);
    const { places: before } = session.connection;
    if (order.propagationMs !== undefined) session.propagationMs = order.propagationMs;
    try {
      const idToken = await this.#inTime(order, session, () => this.#signIn(order, session));
      await this.announce();
      return this.#registration(kept, idToken);
    } catch (error) {
      // The first failure is the one to report, also where the files cannot be removed now.
      if (isNew) await this.dismiss(order.id).catch(() => undefined);
      else session.keepOnly(before);
      throw error;
    }
  }

  async #signIn(order: ConnectionOrder, session: ConnectionTokens): Promise<IdToken> {
    const { clock, files } = this.#world;
    const giveUpAt = clock.monotonicMs() + firstTokenBudgetMs;
    await files.makeInnerDirectory(this.directory.connectionDirectory(order.id));
    const idToken = await session.firstIdToken(firstTokenBudgetMs);
    for (const place of order.places) session.keep(place);
    session.hear(order.keepOtherTasks);
    await session.fillFiles(giveUpAt - clock.monotonicMs());
    return idToken;
  }

  /** Several slow tokens together may take longer than the task waits: it is answered before. */
  async #inTime<T>(
    order: ConnectionOrder,
    session: ConnectionTokens,
    work: () => Promise<T>,
  ): Promise<T> {
    const done = new AbortController();
    const tooLate = this.#world.clock.sleep(givenUpAfterMs(order), done.signal).then((): never => {
      throw session.waiting?.failure ?? notInTime(order.name);
    });
    // Also thrown when the work was done before, to nobody.
    tooLate.catch(() => undefined);
    try {
      return await Promise.race([work(), tooLate]);
    } finally {
      done.abort();
    }
  }

  /** Ends the session of a connection and removes its files. */
  async dismiss(id: string): Promise<void> {
    this.#sessions.get(id)?.session.chronicle?.ended();
    if (!this.#sessions.delete(id)) return;
    this.#azureCli.forget(id);
    await this.#world.files.remove(this.directory.connectionDirectory(id));
    await this.announce();
  }

  /** Whether nobody is kept signed in. */
  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  session(id: string): KeptSession | undefined {
    return this.#sessions.get(id);
  }

  /** Whom the managed identity endpoint of a connection serves when a request names a client ID. */
  ofClient(clientId: string, own: KeptSession): KeptSession | undefined {
    return ofClient(clientId, own, this.#sessions.values());
  }

  /** Somebody should ask for this connection from now on; if nobody does, the report says so. */
  expect({ id, use }: Expectation): void {
    this.#sessions.get(id)?.expectations.expect(use);
  }

  /** The job's own token, by which Azure DevOps knows the job. */
  get jobAccessToken(): Secret {
    return this.#job.jobAccessToken;
  }

  /**
   * The ID token of a connection, also of one that no task of ours registered.
   * @throws {FederationError} the reason why there is none.
   */
  async idTokenFor(id: string): Promise<IdToken> {
    const registered = [...this.#sessions].find(([key]) => key.toLowerCase() === id.toLowerCase());
    return registered?.[1].session.idTokens.current() ?? this.#named.idToken(id);
  }

  /** Refreshes what is due; never rejects. */
  async tend(): Promise<void> {
    this.timeline.tend();
    await Promise.all(
      [...this.#sessions].map(async ([id, { session }]) => {
        await session.tend();
        await this.#azureCli.look(id, session);
      }),
    );
  }

  /** Lets go of what lies outside of its own folder, and writes nothing more into that. */
  async close(): Promise<void> {
    this.#azureCli.close();
    await this.timeline.close();
  }

  /** ms until {@link tend} has something to do. */
  dueInMs(): number {
    const sessions = [...this.#sessions.values()];
    return Math.min(Number.POSITIVE_INFINITY, ...sessions.map(({ session }) => session.dueInMs()));
  }

  report(): BrokerReport {
    return {
      brokerId: this.id,
      startedOn: this.#startedOn.toISOString(),
      endedOn: this.#world.clock.now().toISOString(),
      connections: [
        ...[...this.#sessions].map(([id, kept]) => reportOf(kept, this.#azureCli.report(id))),
        ...this.#named.reports(),
      ],
      ...(this.unforeseen.notes.length === 0 ? {} : { unforeseen: this.unforeseen.notes }),
    };
  }

  /** The report so far, and what keeps tasks waiting. */
  status(): BrokerStatus {
    const standstills = [...this.#sessions.values()].flatMap(standstillOf);
    return { ...this.report(), standstills };
  }

  #openNew(order: ConnectionOrder): KeptSession {
    if (this.#sessions.size >= maxConnections) throw tooManyConnections(order.name);
    const others = [...this.#sessions.values()].map(({ session }) => session.connection.name);
    const name = distinctName(order, others);
    return this.#open(this.#withNewCapabilities({ ...order, name }));
  }

  #withNewCapabilities(connection: ConnectionOrder): KeptConnection {
    const { chance } = this.#world;
    return {
      ...connection,
      idTokenCapability: chance.capability().reveal(),
      managedIdentityCapability: chance.capability().reveal(),
    };
  }

  #open(kept: KeptConnection): KeptSession {
    const tokenFile = this.directory.tokenFile(kept.id);
    const chronicle = this.timeline.open(kept.name);
    const session = new ConnectionTokens(kept, tokenFile, this.#job, this.#world, chronicle);
    const opened = { session, kept, expectations: new Expectations() };
    this.#sessions.set(kept.id, opened);
    return opened;
  }

  #registration(kept: KeptConnection, idToken: IdToken): Registration {
    const { issuer, subject, audience, issuedOn, expiresOn, clockAheadMs } = idToken;
    return {
      brokerId: this.id,
      address: `127.0.0.1:${this.#place.port}`,
      tokenFile: this.directory.tokenFile(kept.id),
      idTokenCapability: kept.idTokenCapability,
      managedIdentityCapability: kept.managedIdentityCapability,
      issuer,
      subject,
      audience,
      expiresOn: expiresOn.toISOString(),
      ...(issuedOn === undefined ? {} : { issuedOn: issuedOn.toISOString() }),
      ...(clockAheadMs === undefined ? {} : { clockAheadMs }),
    };
  }
}

function notInTime(name: string): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `The first tokens of the service connection "${name}" did not all come in time.`,
    remedy: 'Run the job again; ask for fewer access tokens in one step.',
    kind: 'transient',
  });
}

function tooManyConnections(name: string): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `The broker keeps ${maxConnections} service connections signed in already and takes no more ("${name}").`,
    remedy: 'Use fewer connections in one job.',
    kind: 'definite',
  });
}
