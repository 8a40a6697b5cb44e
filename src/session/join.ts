import type { AccessToken } from '../access-token/access-token.ts';
import { stateDirectoryIn } from '../delivery/files/state-directory.ts';
import { FederationError, type Failure } from '../errors.ts';
import type { Job } from '../id-token/job.ts';
import type {
  Chance,
  Clock,
  Files,
  NetworkSettings,
  Processes,
  ProcessIdentity,
} from '../ports.ts';
import { Secret } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import type { BrokerState } from '../wire/broker-state.ts';
import { endpointPaths, type Endpoints } from '../wire/endpoints.ts';
import type { Use } from '../wire/expectation.ts';
import type { LastWords } from '../wire/last-words.ts';
import {
  orderOf,
  protocolVersion,
  readAccessTokenAnswer,
  readRegistrationAnswer,
  type ConnectionOrder,
  type Registration,
  type RegistrationAnswer,
  type Wishes,
  type ControlRoute,
} from '../wire/messages.ts';
import type { BrokerSettings, StartMessage } from '../wire/start-message.ts';
import { endByForce, goesWithin } from './broker-process.ts';
import { lastWordsIn } from './last-words.ts';
import { findState, takeDirectory } from './own-state.ts';
import { askBroker, type Reach } from './running-broker.ts';
import type { Session } from './session.ts';

/** What a task needs to find or start the broker. */
export interface JoinWorld {
  readonly files: Files;
  readonly processes: Processes;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Starts the background process, and resolves with its first answer. */
  readonly start: (message: StartMessage) => Promise<unknown>;
  readonly reach: Reach;
}

/** The surroundings of the job, which the broker gets when it starts. */
export interface Surroundings {
  readonly job: Job;
  readonly tempDirectory: string;
  readonly worker: ProcessIdentity | undefined;
  readonly network: NetworkSettings;
}

/** What a task learns while it joins. */
export interface JoinEvents {
  /**
   * This task starts a broker of this ID, and so has to stop it; undefined when nothing runs after
   * all.
   */
  starting(brokerId: string | undefined): void;
  /** This task has ended the broker that it had started, since it failed. */
  ended(): void;
  /** The broker of an earlier task had died of an error of its own. */
  foundDead(words: LastWords): void;
}

/** A session that the broker keeps signed in from now on. */
export interface Membership extends Session {
  readonly endpoints: Endpoints;
  expect(use: Use): Promise<void>;
}

/**
 * Has the job's one broker keep a connection signed in: the one that runs already, else a new one,
 * which takes over address and connections of one that died.
 * @throws {FederationError} when the connection cannot be signed in.
 */
export async function joinBroker(
  connection: ServiceConnection,
  wishes: Wishes,
  surroundings: Surroundings,
  events: JoinEvents,
  world: JoinWorld,
): Promise<Membership> {
  const order = orderOf(connection, wishes);
  const state = await takeDirectory(surroundings, world);
  const before = (state?.connections ?? []).map(({ id }) => id);
  if (state !== undefined) {
    const answer = await registerAt(state, order, world);
    if (answer !== undefined) {
      const joined = { hasStarted: false, before };
      return membership(registrationIn(answer), joined, order, surroundings, events, world);
    }
    await bury(state, surroundings, events, world);
  }
  const settings = settingsOf(surroundings, state, world);
  // Before it runs: should this step be ended by force meanwhile, its post-job step knows it.
  events.starting(settings.brokerId);
  const answer = readRegistrationAnswer(await world.start({ settings, connection: order }));
  if ('failure' in answer && answer.keepsRunning !== true) events.starting(undefined);
  return membership(
    registrationIn(answer),
    { hasStarted: true, before },
    order,
    surroundings,
    events,
    world,
  );
}

/** Makes room for a successor of a broker that does not answer, and passes on its last words. */
async function bury(
  state: BrokerState,
  { tempDirectory }: Surroundings,
  events: JoinEvents,
  world: JoinWorld,
): Promise<void> {
  await endByForce(state, world);
  const directory = stateDirectoryIn(tempDirectory);
  const words = await lastWordsIn(directory, state.brokerId, world.files);
  if (words !== undefined) events.foundDead(words);
}

/** How often a broker is asked whose process lives: strangers may keep it from answering at once. */
const maxAsks = 3;
/** One that has heard and then fallen silent is not asked again, after so many ms. */
const maxAskingMs = 15_000;
const betweenAsksMs = 500;

/**
 * Registers at the broker that runs; undefined where it does not answer. It gets a few seconds to
 * show that it has heard, and then as long as a first token takes. One that died is asked once, since
 * somebody else may listen on its port.
 */
async function registerAt(
  state: BrokerState,
  order: ConnectionOrder,
  world: JoinWorld,
): Promise<RegistrationAnswer | undefined> {
  const giveUpAt = world.clock.monotonicMs() + maxAskingMs;
  for (let asks = 1; ; asks += 1) {
    const answer = await askBroker(state, 'register', order, world.reach);
    if (answer !== undefined) return readRegistrationAnswer(answer);
    if (asks >= maxAsks || (await goesWithin(state, 0, world))) return undefined;
    if (world.clock.monotonicMs() > giveUpAt) return undefined;
    await world.clock.sleep(betweenAsksMs);
  }
}

function settingsOf(
  { job, tempDirectory, worker, network }: Surroundings,
  state: BrokerState | undefined,
  { chance }: JoinWorld,
): BrokerSettings {
  const { proxy, authoritiesFile } = network;
  return {
    protocol: protocolVersion,
    brokerId: chance.capability().reveal(),
    job: {
      ...job,
      collectionUri: job.collectionUri.href,
      oidcRequestUri: job.oidcRequestUri.href,
      jobAccessToken: job.jobAccessToken.reveal(),
    },
    stateDirectory: tempDirectory,
    worker,
    network: {
      proxy: proxy === undefined ? undefined : { ...proxy, password: proxy.password?.reveal() },
      authoritiesFile,
    },
    port: state?.port,
    kept: state?.connections ?? [],
  };
}

interface Joined {
  readonly hasStarted: boolean;
  /** Connections that were kept before this one joined. */
  readonly before: readonly string[];
}

function membership(
  registration: Registration,
  { hasStarted, before }: Joined,
  { id, propagationMs }: ConnectionOrder,
  surroundings: Surroundings,
  events: JoinEvents,
  world: JoinWorld,
): Membership {
  const { tokenFile, issuer, subject, audience, issuedOn, clockAheadMs } = registration;
  const ask = async (route: ControlRoute, body: unknown): Promise<unknown> => {
    const state = await findState(surroundings, world);
    return state === undefined ? undefined : askBroker(state, route, body, world.reach);
  };
  return {
    tokenFile,
    endpoints: endpointsOf(registration, id),
    idToken: {
      issuer,
      subject,
      audience,
      issuedOn: issuedOn === undefined ? undefined : new Date(issuedOn),
      expiresOn: new Date(registration.expiresOn),
      clockAheadMs,
    },
    accessToken: async (scope) =>
      accessTokenIn(await ask('access-token', { id, scope, propagationMs }), scope),
    expect: async (use) => {
      await ask('expect', { id, use });
    },
    undo: async () => {
      if (hasStarted && before.length === 0) {
        if ((await ask('stop', {})) !== undefined) events.ended();
      } else if (!before.includes(id)) await ask('dismiss', { id });
    },
  };
}

function endpointsOf(registration: Registration, connectionId: string): Endpoints {
  const base = `http://${registration.address}`;
  return {
    idTokenUrl: `${base}${endpointPaths.idToken(connectionId)}?v=1`,
    idTokenCapability: new Secret(registration.idTokenCapability),
    managedIdentityUrl: `${base}${endpointPaths.managedIdentity(connectionId)}`,
    managedIdentityCapability: new Secret(registration.managedIdentityCapability),
  };
}

function registrationIn(answer: RegistrationAnswer): Registration {
  if ('registration' in answer) return answer.registration;
  throw new FederationError(answer.failure);
}

function accessTokenIn(answer: unknown, scope: string): AccessToken {
  if (answer === undefined) throw new FederationError(unreachable);
  const read = readAccessTokenAnswer(answer);
  if ('failure' in read) throw new FederationError(read.failure);
  return { token: new Secret(read.token), scope, expiresOn: new Date(read.expiresOn) };
}

const unreachable: Failure = {
  code: 'BROKER_NOT_STARTED',
  message: 'The broker of this job does not answer.',
  remedy: 'Run the job again; look for what ends processes or closes loopback ports on the agent.',
  kind: 'definite',
};
