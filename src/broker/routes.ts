import { asFederationError, toFailure } from '../errors.ts';
import { clientKind } from '../delivery/client-kind.ts';
import { answerIdTokenRequest } from '../delivery/id-token-route.ts';
import {
  bearerOf,
  errorAnswer,
  foreignRequest,
  json,
  onlyHeader,
  opens,
  splitTarget,
  type LoopbackAnswer,
  type LoopbackRequest,
} from '../delivery/loopback-request.ts';
import { answerManagedIdentityRequest } from '../delivery/managed-identity-route.ts';
import type { Clock } from '../ports.ts';
import { Secret } from '../secret.ts';
import type { Broker } from './broker.ts';
import type { AzureCliProfileOrder, ConnectionOrder } from './messages.ts';

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

/** So long passing trouble is waited out for a task that asks for an access token, in ms. */
const patienceMs = 60_000;

const connectionPath = /^\/connections\/([0-9A-Za-z-]{1,64})\/(id-token|msi)$/;

/** Every request to the listener comes through here; what no rule lets in is turned away. */
export async function answer(request: LoopbackRequest, parts: RouteParts): Promise<LoopbackAnswer> {
  const foreign = foreignRequest(request, parts.address);
  if (foreign !== undefined) return foreign;
  const { path } = splitTarget(request.target);
  if (path.startsWith('/control/')) return answerControl(request, path, parts);
  const [, connectionId = '', route] = connectionPath.exec(path) ?? [];
  const found = parts.broker.session(connectionId);
  // An unknown connection looks like a wrong capability: paths tell nothing to who has none.
  if (found === undefined) return errorAnswer(401, 'unauthorized', 'Nothing here for you.');
  const { session, kept } = found;
  const startedAt = parts.clock.monotonicMs();
  const given =
    route === 'id-token'
      ? await answerIdTokenRequest(request, new Secret(kept.idTokenCapability), () =>
          session.idTokens.current(),
        )
      : await answerManagedIdentityRequest(request, {
          capability: new Secret(kept.managedIdentityCapability),
          clientId: kept.clientId,
          accessTokenFor: (scope) => session.accessToken(scope),
        });
  if (given.status !== 401) {
    const kind = clientKind(onlyHeader(request, 'user-agent'));
    session.tally.answered(kind, given.status >= 400, parts.clock.monotonicMs() - startedAt);
  }
  return given;
}

/** The tasks' own routes: status, register, dismiss, Azure CLI's profile, access token, stop. */
async function answerControl(
  request: LoopbackRequest,
  path: string,
  { broker, controlCapability, stop }: RouteParts,
): Promise<LoopbackAnswer> {
  if (!opens(controlCapability, bearerOf(request))) {
    return errorAnswer(401, 'unauthorized', 'Nothing here for you.');
  }
  const route = `${request.method} ${path}`;
  switch (route) {
    case 'POST /control/status':
      return json(200, broker.report());
    case 'POST /control/register':
      return told(async () => ({
        registration: await broker.register(JSON.parse(request.body) as ConnectionOrder),
      }));
    case 'POST /control/dismiss':
      return told(async () => broker.dismiss(idIn(request.body)).then(() => ({})));
    case 'POST /control/azure-cli-profile':
      return told(async () =>
        broker
          .keepAzureCliProfile(JSON.parse(request.body) as AzureCliProfileOrder)
          .then(() => ({})),
      );
    case 'POST /control/access-token':
      return told(() => accessToken(broker, request.body));
    case 'POST /control/stop': {
      const report = broker.report();
      stop();
      return json(200, report);
    }
    default:
      return errorAnswer(404, 'not_found', 'There is no such route.');
  }
}

async function accessToken(
  broker: Broker,
  body: string,
): Promise<{ token: string; expiresOn: string }> {
  const { id, scope } = JSON.parse(body) as { id: string; scope: string };
  const found = broker.session(id);
  if (found === undefined) throw new Error('unknown connection');
  const { token, expiresOn } = await found.session.firstAccessToken(scope, patienceMs);
  return { token: token.reveal(), expiresOn: expiresOn.toISOString() };
}

function idIn(body: string): string {
  return (JSON.parse(body) as { id: string }).id;
}

/** A failure told in full, since the task at the other end shows it to the pipeline's author. */
async function told(work: () => Promise<object>): Promise<LoopbackAnswer> {
  try {
    return json(200, await work());
  } catch (error) {
    return json(200, { failure: toFailure(asFederationError(error)) });
  }
}
