import { clientKind } from '../delivery/loopback/client-kind.ts';
import { answerIdTokenRequest } from '../delivery/loopback/id-token-route.ts';
import {
  bearerOf,
  errorAnswer,
  foreignRequest,
  json,
  onlyHeader,
  opens,
  splitTarget,
  unauthorized,
  type LoopbackAnswer,
  type LoopbackRequest,
} from '../delivery/loopback/loopback-request.ts';
import { answerManagedIdentityRequest } from '../delivery/loopback/managed-identity-route.ts';
import { asFederationError, toFailure } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { Secret } from '../secret.ts';
import { firstTokenBudgetMs } from '../upstream/retry-policy.ts';
import { readExpectation } from '../wire/expectation.ts';
import {
  brokerIdHeader,
  readAccessTokenRequest,
  readConnectionId,
  readConnectionOrder,
  type ControlRoute,
} from '../wire/messages.ts';
import { NotAMessage } from '../wire/shape.ts';
import type { Broker } from './broker.ts';
import type { KeptSession } from './kept-session.ts';

/** What the routes need of the broker's surroundings. */
export interface RouteParts {
  readonly broker: Broker;
  /** `127.0.0.1:port`. */
  readonly address: string;
  readonly controlCapability: Secret;
  readonly clock: Clock;
  /** Ends the broker once the answer has left. */
  readonly stop: () => void;
}

/** Microsoft's own examples put a slash between the managed identity endpoint and the question mark. */
const connectionPath = /^\/connections\/([0-9A-Za-z-]{1,64})\/(id-token$|msi(?=\/?$))/;

/** Every request to the listener comes through here; what no rule lets in is turned away. */
export async function answer(request: LoopbackRequest, parts: RouteParts): Promise<LoopbackAnswer> {
  const foreign = foreignRequest(request, parts.address);
  if (foreign !== undefined) return foreign;
  const { path } = splitTarget(request.target);
  if (path.startsWith('/control/')) return answerControl(request, path, parts);
  const [, connectionId = '', route] = connectionPath.exec(path) ?? [];
  const found = parts.broker.session(connectionId);
  // An unknown connection looks like a wrong capability: paths reveal nothing to a caller without one.
  if (found === undefined) return unauthorized();
  const startedAt = parts.clock.monotonicMs();
  const { given, served } =
    route === 'id-token'
      ? { given: await answerIdToken(request, found, parts), served: found }
      : await answerManagedIdentity(request, found, parts);
  if (given.status !== 401) {
    const kind = clientKind(onlyHeader(request, 'user-agent'));
    const waitMs = parts.clock.monotonicMs() - startedAt;
    served.session.answered(kind, given.status >= 400, waitMs);
    served.expectations.asked(route === 'id-token' ? 'idToken' : 'managedIdentity');
  }
  return given;
}

function answerIdToken(
  request: LoopbackRequest,
  { session, kept }: KeptSession,
  { broker }: RouteParts,
): Promise<LoopbackAnswer> {
  return answerIdTokenRequest(request, {
    capability: new Secret(kept.idTokenCapability),
    jobAccessToken: broker.jobAccessToken,
    idToken: () => session.idTokens.current(),
    idTokenFor: (id) => broker.idTokenFor(id),
  });
}

/** A request may name any connection of the job by its client ID; without one it is for the endpoint's own. */
async function answerManagedIdentity(
  request: LoopbackRequest,
  own: KeptSession,
  { broker }: RouteParts,
): Promise<{ readonly given: LoopbackAnswer; readonly served: KeptSession }> {
  let served = own;
  const given = await answerManagedIdentityRequest(request, {
    capability: new Secret(own.kept.managedIdentityCapability),
    identityOf: (clientId) => {
      const named = clientId === undefined ? own : broker.ofClient(clientId, own);
      if (named === undefined) return undefined;
      served = named;
      const { session, kept } = named;
      return {
        clientId: kept.clientId,
        accessTokenFor: (scope) => session.accessToken(scope),
      };
    },
  });
  return { given, served };
}

/** The tasks' own routes: what each does, and what it answers. */
const controlRoutes: Readonly<Record<ControlRoute, ControlRead>> = {
  status:
    () =>
    ({ broker }) =>
      broker.status(),
  register: (body) => {
    const order = readConnectionOrder(body);
    return async ({ broker }) => ({ registration: await broker.register(order) });
  },
  dismiss: (body) => {
    const { id } = readConnectionId(body);
    return async ({ broker }) => {
      await broker.dismiss(id);
      return {};
    };
  },
  expect: (body) => {
    const expectation = readExpectation(body);
    return ({ broker }) => {
      broker.expect(expectation);
      return {};
    };
  },
  'access-token': (body) => {
    const { id, scope } = readAccessTokenRequest(body);
    return async ({ broker }) => {
      const found = broker.session(id);
      if (found === undefined) throw new TypeError('not a connection that is kept');
      const { token, expiresOn } = await found.session.firstAccessToken(scope, firstTokenBudgetMs);
      return { token: token.reveal(), expiresOn: expiresOn.toISOString() };
    };
  },
  stop:
    () =>
    ({ broker, stop }) => {
      const farewell = { ...broker.report(), timeline: broker.timeline.record() };
      stop();
      return farewell;
    },
};

type ControlWork = (parts: RouteParts) => object | Promise<object>;

/** Reads a message, and returns what is to be done. @throws {NotAMessage} for what is none. */
type ControlRead = (body: unknown) => ControlWork;

const controlReads = new Map<string, ControlRead>(
  Object.entries(controlRoutes).map(([route, read]) => [`POST /control/${route}`, read]),
);

async function answerControl(
  request: LoopbackRequest,
  path: string,
  parts: RouteParts,
): Promise<LoopbackAnswer> {
  if (!opens(parts.controlCapability, bearerOf(request))) return unauthorized();
  const read = controlReads.get(`${request.method} ${path}`);
  if (read === undefined) return errorAnswer(404, 'not_found', 'There is no such route.');
  const work = workOf(read, request.body);
  if (work === undefined) return errorAnswer(400, 'bad_request', 'This is no message of a task.');
  // By this the task knows at once that the broker lives, and that it is the broker who answers.
  request.begin?.({ [brokerIdHeader]: parts.broker.id });
  const told = await toldBy(async () => work(parts));
  return json(200, { ...told, brokerId: parts.broker.id });
}

/** Undefined for what is no message. */
function workOf(read: ControlRead, body: string): ControlWork | undefined {
  try {
    return read(JSON.parse(body));
  } catch (error) {
    if (error instanceof NotAMessage || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A failure in full, since the task at the other end shows it to the pipeline's author. */
async function toldBy(work: () => Promise<object>): Promise<object> {
  try {
    return await work();
  } catch (error) {
    return { failure: toFailure(asFederationError(error)) };
  }
}
