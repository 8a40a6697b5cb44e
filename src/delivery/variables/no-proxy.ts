import type { PipelineAgent } from '../../agent/pipeline-agent.ts';
import { inExactCase, plain, type VariableChange } from '../../agent/variable-change.ts';
import type { Environment } from '../../ports.ts';

/** How a job reaches the network: by variables, by the agent's own proxy, or directly. */
export type Network = Pick<PipelineAgent, 'environment' | 'network'>;

const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
const spellings = ['NO_PROXY', 'no_proxy'];
const loopback = ['127.0.0.1', 'localhost'];

/**
 * Where the job goes through a proxy, its tools would send their calls to the broker there too
 * (Python and JavaScript do; Go does not): extends the list of exceptions, in each spelling that the
 * job uses, because some tools look at the one first and some at the other. Where only the agent has
 * a proxy, a later step may set the variables of one.
 *
 * The agent holds `NO_PROXY` and `no_proxy` for one variable. `NO.PROXY` is another one for it, and
 * reaches scripts as `NO_PROXY`.
 */
export function noProxyVariables(
  agent: Network & Pick<PipelineAgent, 'presentVariables' | 'warn'>,
): readonly VariableChange[] {
  const changes = Object.entries(noProxyChanges(agent));
  const isSecret = agent
    .presentVariables()
    .some(({ name, source }) => source === 'secret' && /^no[._]proxy$/i.test(name));
  if (isSecret && changes.length > 0) {
    agent.warn(
      'NO_PROXY is a secret variable of this job, so this task cannot add 127.0.0.1 to it. Make it a plain variable, or add 127.0.0.1 to it yourself. Otherwise tools ask the proxy for the broker.',
    );
    return [];
  }
  return changes.map(([name, value]) =>
    changes.length > 1 && name === 'NO_PROXY'
      ? plain('NO.PROXY', value)
      : inExactCase(plain(name, value)),
  );
}

/** The same, for the environment of a tool that this step itself runs. */
export function noProxyChanges({
  environment,
  network,
}: Network): Readonly<Record<string, string>> {
  if (!hasProxyVariables(environment) && network.proxy === undefined) return {};
  const spelled = spellings.filter((name) => isSpelled(name, environment));
  return Object.fromEntries(
    (spelled.length === 0 ? ['NO_PROXY'] : spelled).flatMap((name) => {
      const listed = (environment[name] ?? '').split(',').map((entry) => entry.trim());
      // Alone it means that nothing goes through the proxy; with company it means nothing at all.
      if (listed.includes('*')) return [];
      const entries = [...listed.filter((entry) => entry !== ''), ...loopback];
      return [[name, [...new Set(entries)].join(',')]];
    }),
  );
}

/** Whether tools find a proxy by the variables that they all know. */
export function hasProxyVariables(environment: Environment): boolean {
  return proxies.some((name) => valueOf(environment, name) !== undefined);
}

/** Logs that later steps do not know the proxy that only the agent has. */
export function tellOfAgentProxy(
  { environment, network }: Network,
  { say }: Pick<PipelineAgent, 'say'>,
): void {
  if (network.proxy === undefined || hasProxyVariables(environment)) return;
  say(
    'Only the agent itself has a proxy (--proxyurl): the tools of later steps do not know it. Where they need it, set HTTPS_PROXY for the job, for example to $(Agent.ProxyUrl).',
  );
}

/** Names are compared letter by letter: on Windows every spelling would have the value. */
function isSpelled(name: string, environment: Environment): boolean {
  return Object.keys(environment).includes(name) && valueOfExactly(environment, name) !== undefined;
}

function valueOf(environment: Environment, name: string): string | undefined {
  return valueOfExactly(environment, name) ?? valueOfExactly(environment, name.toLowerCase());
}

function valueOfExactly(environment: Environment, name: string): string | undefined {
  return environment[name] === '' ? undefined : environment[name];
}
