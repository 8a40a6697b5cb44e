import { HttpsProxyAgent } from 'https-proxy-agent';
import type { Agent, ClientRequest } from 'node:http';
import { proxyFor } from '../../src/external/upstream/network-settings.ts';
import { NetworkTrouble } from '../../src/ports.ts';

/** A connection that stays unused this long is closed, in ms: before the other side does it. */
const idleMs = 5_000;

const settings = { keepAlive: true, timeout: idleMs };
const throughProxies = new Map<string, Agent>();

/**
 * Connections to a host through the proxy that the environment names for it. They are kept for the
 * next request, because a run of thousands of requests would otherwise dial thousands of times.
 * @returns undefined without a proxy: the usual agents keep connections too.
 * @throws {NetworkTrouble} where the address of the proxy cannot be read.
 */
export function connectionsTo(url: URL): Agent | undefined {
  const proxy = proxyFor(url, {});
  if (proxy === 'direct') return undefined;
  const address = new URL(`${proxy.host}:${proxy.port}`);
  address.username = proxy.username ?? '';
  address.password = proxy.password ?? '';
  const known = throughProxies.get(address.href);
  if (known !== undefined) return known;
  const agent = new ProxyAgent(address);
  throughProxies.set(address.href, agent);
  return agent;
}

/** Tunnels to HTTPS services only. */
class ProxyAgent extends HttpsProxyAgent<string> {
  constructor(address: URL) {
    super(address.href, settings);
    // The base class forgets them, and an idle connection would stay.
    Object.assign(this.options, settings);
    // The base class hands on what a proxy says in place of a tunnel, as if the service had said it.
    this.on('proxyConnect', ({ statusCode }: ProxyAnswer, request: ClientRequest) => {
      if (statusCode !== 200)
        request.destroy(new NetworkTrouble('connection', `proxy: HTTP ${statusCode}`));
    });
  }

  /** The base class cannot see it for a connection that is kept, and would never use it again. */
  override isSecureEndpoint(): boolean {
    return true;
  }
}

interface ProxyAnswer {
  readonly statusCode: number;
}
