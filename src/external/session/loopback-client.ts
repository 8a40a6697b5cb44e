import { request } from 'node:http';
import type { BrokerAddress, RunningBroker } from '../../session/running-broker.ts';
import type { ControlRoute } from '../../wire/messages.ts';

/** How long each route may take in all, in ms; registering waits for a first token. */
const timeoutsMs: Readonly<Record<ControlRoute, number>> = {
  status: 3_000,
  register: 150_000,
  dismiss: 10_000,
  'access-token': 120_000,
  stop: 5_000,
};

const maxBytes = 1024 * 1024;

/** Reaches the broker of this job by its control routes; never through a proxy. */
export function reachBroker({ port, controlCapability }: BrokerAddress): RunningBroker {
  return {
    async ask(route, body) {
      try {
        const answer = await post(port, route, controlCapability, JSON.stringify(body));
        return answer === undefined ? undefined : (JSON.parse(answer) as unknown);
      } catch {
        return undefined;
      }
    },
  };
}

/** The body of a good answer; undefined for any other. */
function post(
  port: number,
  route: ControlRoute,
  capability: string,
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
        signal: AbortSignal.timeout(timeoutsMs[route]),
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > maxBytes) incoming.destroy(new Error('too large'));
          else chunks.push(chunk);
        });
        incoming.on('error', reject);
        incoming.on('end', () => {
          resolve(incoming.statusCode === 200 ? Buffer.concat(chunks).toString('utf8') : undefined);
        });
      },
    );
    // Not among the options: with NODE_DEBUG, Node writes those to the log.
    outgoing.setHeader('authorization', `Bearer ${capability}`);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
