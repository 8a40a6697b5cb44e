import type { PipelineAgent } from '../agent/pipeline-agent.ts';
import { hasProxyVariables, noProxyChanges } from '../delivery/variables/no-proxy.ts';
import type { ProxySettings, ToolRun, Tools } from '../ports.ts';
import { Secret } from '../secret.ts';
import type { ServiceConnection } from '../service-connection/service-connection.ts';
import { addressOfProxy } from '../upstream/proxy-address.ts';
import { isBypassed } from '../upstream/proxy-bypass.ts';

/**
 * The tools of a step, which find the agent's own proxy by the variables that they know. Hosts of the
 * connection that the agent reaches directly are exceptions for them too, and so is the broker.
 */
export function behindAgentProxy(
  tools: Tools,
  agent: Pick<PipelineAgent, 'environment' | 'network'>,
  connection: ServiceConnection,
): Tools {
  const changes = changesFor(agent, connection);
  return {
    find: (name) => tools.find(name),
    run: (run) => tools.run({ ...run, environment: { ...run.environment, ...changes } }),
  };
}

function changesFor(
  agent: Pick<PipelineAgent, 'environment' | 'network'>,
  connection: ServiceConnection,
): ToolRun['environment'] {
  const { proxy } = agent.network;
  const exceptions = noProxyChanges(agent);
  if (proxy === undefined || hasProxyVariables(agent.environment)) return exceptions;
  const address = addressOf(proxy);
  if (address === undefined) return exceptions;
  const hosts = [
    connection.authorityHost,
    ...(connection.kind === 'azureRM' ? [connection.resourceManager] : []),
  ];
  const direct = hosts.filter((url) => isBypassed(url, proxy));
  return {
    HTTPS_PROXY: address,
    HTTP_PROXY: address,
    ...Object.fromEntries(
      Object.entries(exceptions).map(([name, list]) => [
        name,
        [list, ...direct.map(({ hostname }) => hostname)].join(','),
      ]),
    ),
  };
}

/** With its user in it, as tools take it; undefined for what is no address of a proxy. */
function addressOf(proxy: ProxySettings): Secret | undefined {
  const read = addressOfProxy(proxy);
  if (read === undefined) return undefined;
  const { host, port, username, password } = read;
  const address = new URL(`${host}:${port}`);
  address.username = encodeURIComponent(username ?? '');
  address.password = encodeURIComponent(password?.reveal() ?? '');
  return new Secret(address.href);
}
