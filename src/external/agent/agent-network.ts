import { parsed } from '../../json-text.ts';
import type { NetworkSettings } from '../../ports.ts';
import { Secret } from '../../secret.ts';
import { addressOfProxy } from '../../upstream/proxy-address.ts';
import { variable } from './agent-variables.ts';

/**
 * How the agent itself reaches the network.
 * @param secretPassword the proxy's password, where the agent keeps it as a secret.
 */
export function agentNetwork(secretPassword: string | undefined): NetworkSettings {
  const authoritiesFile = variable('Agent.CAInfo');
  const url = variable('Agent.ProxyUrl');
  if (url === undefined) return { authoritiesFile };
  const password = secretPassword ?? variable('Agent.ProxyPassword');
  const bypass = parsed(variable('Agent.ProxyBypassList') ?? '');
  const proxy = {
    url,
    username: variable('Agent.ProxyUsername'),
    password: password === undefined ? undefined : new Secret(password),
    bypass: Array.isArray(bypass) ? bypass.filter((entry) => typeof entry === 'string') : [],
  };
  // The address may hold user and password too, encoded; nothing else here knows of that.
  const { host, port, ...user } = addressOfProxy(proxy) ?? {};
  if (host === undefined) return { authoritiesFile, proxy };
  return { authoritiesFile, proxy: { ...proxy, ...user, url: `${host}:${port}` } };
}
