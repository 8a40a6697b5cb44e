import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { NetworkTrouble, type NetworkSettings, type ProxySettings } from '../../ports.ts';
import { addressOfProxy } from '../../upstream/proxy-address.ts';
import { isBypassed } from '../../upstream/proxy-bypass.ts';
import { isExempt } from './proxy-exceptions.ts';

/** A proxy as Azure's pipeline takes it: user and password percent-encoded, as in a URL. */
export interface PipelineProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/** Variables of the environment that name a proxy; the first that is there counts. */
const proxyVariables = ['HTTPS_PROXY', 'ALL_PROXY', 'HTTP_PROXY'];

/**
 * How a URL is reached: by the agent's own proxy, else by that of the environment, and directly where
 * there is none, or the list of exceptions beside it says so.
 * @throws {NetworkTrouble} where the address of the proxy cannot be read.
 */
export function proxyFor(url: URL, { proxy }: NetworkSettings): PipelineProxy | 'direct' {
  if (proxy === undefined) return proxyOfEnvironment(url);
  if (isBypassed(url, proxy)) return 'direct';
  return pipelineProxy(proxy, 'Agent.ProxyUrl');
}

function proxyOfEnvironment(url: URL): PipelineProxy | 'direct' {
  const spellings = proxyVariables.flatMap((name) => [name, name.toLowerCase()]);
  const name = spellings.find((spelling) => variable(spelling) !== undefined);
  if (name === undefined) return 'direct';
  if (isExempt(url, variable('NO_PROXY') ?? variable('no_proxy') ?? '')) return 'direct';
  return pipelineProxy({ url: variable(name) ?? '' }, name);
}

/** @param source what an unreadable address is named by: itself may hold a password. */
function pipelineProxy(proxy: Omit<ProxySettings, 'bypass'>, source: string): PipelineProxy {
  const address = addressOfProxy(proxy);
  if (address === undefined) throw new NetworkTrouble('proxy address', source);
  const { host, port, username, password } = address;
  return {
    host,
    port,
    ...(username === undefined ? {} : { username: encodeURIComponent(username) }),
    ...(password === undefined ? {} : { password: encodeURIComponent(password.reveal()) }),
  };
}

/** Whether a proxy may stand between. */
export function isBehindProxy(url: URL, network: NetworkSettings): boolean {
  try {
    return proxyFor(url, network) !== 'direct';
  } catch {
    // It is told where a request would go there.
    return true;
  }
}

function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * The agent's own authorities beside the usual ones, as what a request of Azure's pipeline has to
 * carry: its TLS settings hold for direct connections only, not behind a proxy.
 */
export function trusting({ authoritiesFile }: NetworkSettings): {
  readonly requestOverrides?: { readonly ca: string };
} {
  if (authoritiesFile === undefined) return {};
  try {
    const ca = [...rootCertificates, textOf(authoritiesFile)].join('\n');
    return { requestOverrides: { ca } };
  } catch {
    // The agent checks the file itself when it is configured; without it the usual ones hold.
    return {};
  }
}

/** Windows has neither the flag nor pipes among its files. */
const notWaiting = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;

/** A pipe in place of the file would have this process wait for a writer, for ever. */
function textOf(path: string): string {
  const file = openSync(path, constants.O_RDONLY | notWaiting);
  try {
    if (!fstatSync(file).isFile()) throw new TypeError('no regular file');
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
