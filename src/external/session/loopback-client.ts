import { request } from 'node:http';
import type { BrokerAddress, RunningBroker } from '../../session/running-broker.ts';
import { brokerIdHeader, givenUpAfterMs, type ControlRoute } from '../../wire/messages.ts';

/** How long each route may take in all, in ms, beside what the broker waits for itself. */
const timeoutsMs: Readonly<Record<ControlRoute, number>> = {
  status: 3_000,
  register: 10_000,
  dismiss: 10_000,
  expect: 3_000,
  'access-token': 10_000,
  stop: 5_000,
};

/** How long the head of any answer may take, in ms: a broker that hangs is as good as dead. */
const headMs = 3_000;

const maxBytes = 1024 * 1024;

/** Reaches the broker of this job by its control routes; never through a proxy. */
export function reachBroker(address: BrokerAddress): RunningBroker {
  return {
    async ask(route, body) {
      try {
        const timeoutMs = timeoutsMs[route] + waitMsOf(route, body);
        const answer = await post(address, route, timeoutMs, JSON.stringify(body));
        return answer === undefined ? undefined : (JSON.parse(answer) as unknown);
      } catch {
        return undefined;
      }
    },
  };
}

/** Registering, and asking for an access token, wait for a first token. */
function waitMsOf(route: ControlRoute, body: unknown): number {
  if (route !== 'register' && route !== 'access-token') return 0;
  const { propagationMs } = (body ?? {}) as { propagationMs?: unknown };
  return givenUpAfterMs({
    propagationMs: typeof propagationMs === 'number' ? propagationMs : undefined,
  });
}

/** The body of a good answer; undefined for any other. */
function post(
  { port, controlCapability, brokerId }: BrokerAddress,
  route: ControlRoute,
  timeoutMs: number,
  body: string,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        path: `/control/${route}`,
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (incoming) => {
        clearTimeout(late);
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxBytes) incoming.destroy(new Error('too large'));
          else chunks.push(chunk);
        });
        incoming.on('error', reject);
        // Whoever has got the port of a dead broker would keep us waiting for the rest.
        if (incoming.headers[brokerIdHeader] !== brokerId) {
          incoming.destroy(new Error('not the broker'));
        }
        incoming.on('end', () => {
          resolve(incoming.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined);
        });
      },
    );
    // Not among the options: with NODE_DEBUG, Node writes those to the log.
    outgoing.setHeader('authorization', `Bearer ${controlCapability}`);
    const late = setTimeout(() => outgoing.destroy(new Error('late')), headMs);
    outgoing.on('close', () => clearTimeout(late));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
