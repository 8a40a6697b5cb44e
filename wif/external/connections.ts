import { HttpsProxyAgent } from 'https-proxy-agent';
import { Agent } from 'node:http';
import { Agent as AgentOfHttps } from 'node:https';
import { proxyFor } from '../../src/external/upstream/network-settings.ts';

/** One that nobody has used for so long is closed, in ms: before the other side does it. */
const idleMs = 5_000;

const settings = { keepAlive: true, timeout: idleMs };
const direct = { plain: new Agent(settings), secure: new AgentOfHttps(settings) };
const throughProxies = new Map<string, Agent>();

/** Whom it connects with is always an HTTPS service: by itself it finds that out for no connection that is kept. */
class ProxyAgent extends HttpsProxyAgent<string> {
  override isSecureEndpoint(): boolean {
    return true;
  }
}

/**
 * Connections to a host, through the proxy that the environment names for it. They are kept for the
 * next request: a run that asks thousands of times would else dial, and shake hands, as often.
 * @throws {NetworkTrouble} where the address of the proxy cannot be read.
 */
export function connectionsTo(url: URL): Agent {
  const proxy = proxyFor(url, {});
  if (proxy === 'direct') return url.protocol === 'http:' ? direct.plain : direct.secure;
  const address = new URL(`${proxy.host}:${proxy.port}`);
  address.username = proxy.username ?? '';
  address.password = proxy.password ?? '';
  const known = throughProxies.get(address.href);
  if (known !== undefined) return known;
  const agent = new ProxyAgent(address, settings);
  throughProxies.set(address.href, agent);
  return agent;
}
