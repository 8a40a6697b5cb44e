import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import type { NetworkSettings } from '../../ports.ts';

/** A proxy as Azure's pipeline takes it. */
export interface PipelineProxy {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

/**
 * How a URL is reached: by the agent's own proxy, directly where the agent's list of exceptions
 * says so, and by the proxy of the environment (undefined) where the agent has none.
 */
export function proxyFor(
  url: URL,
  { proxy }: NetworkSettings,
): PipelineProxy | 'direct' | undefined {
  if (proxy === undefined) return undefined;
  if (proxy.bypass.some((pattern) => matches(pattern, url.href))) return 'direct';
  const address = new URL(proxy.url);
  return {
    host: `${address.protocol}//${address.hostname}`,
    port: Number(address.port) || (address.protocol === 'https:' ? 443 : 80),
    ...(proxy.username === undefined ? {} : { username: proxy.username }),
    ...(proxy.password === undefined ? {} : { password: proxy.password.reveal() }),
  };
}

/** Whether a proxy may stand between; that of the environment is taken to, whatever NO_PROXY says. */
export function isBehindProxy(url: URL, network: NetworkSettings): boolean {
  const ofEnvironment = ['HTTPS_PROXY', 'ALL_PROXY', 'HTTP_PROXY'].some(
    (name) => isFilled(process.env[name]) || isFilled(process.env[name.toLowerCase()]),
  );
  return ofEnvironment || typeof proxyFor(url, network) === 'object';
}

function isFilled(value: string | undefined): boolean {
  return value !== undefined && value !== '';
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

/** The agent's list holds regular expressions; one that is none matches nothing. */
function matches(pattern: string, url: string): boolean {
  try {
    return new RegExp(pattern, 'i').test(url);
  } catch {
    return false;
  }
}
