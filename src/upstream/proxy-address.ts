import type { ProxySettings } from '../ports.ts';
import { Secret } from '../secret.ts';

/** A proxy of HTTP, read from its address. User and password are as the proxy wants them, not encoded. */
export interface ProxyAddress {
  /** With its scheme, and no port: `http://proxy.example`. */
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: Secret | undefined;
}

/**
 * Reads the address of a proxy as curl, Python and Go do: without a scheme it is one of HTTP, and
 * what is percent-encoded in user and password is decoded, as far as it is that.
 * @returns undefined for what is no address of a proxy of HTTP, SOCKS among it.
 */
export function readProxyAddress(text: string): ProxyAddress | undefined {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(address)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(address);
  if (!['http:', 'https:'].includes(protocol) || hostname === '') return undefined;
  return {
    host: `${protocol}//${hostname}`,
    port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: new Secret(decoded(password)) }),
  };
}

/**
 * The address of a proxy with its user and password: those given beside the address, else those in it.
 * @returns undefined where {@link readProxyAddress} reads no address.
 */
export function addressOfProxy({
  url,
  username,
  password,
}: Omit<ProxySettings, 'bypass'>): ProxyAddress | undefined {
  const read = readProxyAddress(url);
  if (read === undefined) return undefined;
  return { ...read, username: username ?? read.username, password: password ?? read.password };
}

/** A percent sign that stands for itself is left alone. */
function decoded(text: string): string {
  return text.replace(/(%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
