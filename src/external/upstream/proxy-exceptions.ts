import { BlockList, isIP } from 'node:net';

/**
 * Whether a list of exceptions (`NO_PROXY`) names a URL, by what curl, Python and Go understand: `*`,
 * hosts with all that is below them, addresses, ranges of addresses (`10.0.0.0/8`), and any of them
 * with a port. Names are not looked up.
 */
export function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const wantedPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port;
  const entries = list.toLowerCase().split(/[\s,]+/);
  return entries.some((entry) => entry !== '' && names(entry, host, wantedPort));
}

function names(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const { name, port: only } = parted(entry);
  if (only !== undefined && only !== port) return false;
  if (isIP(host) !== 0) return name.includes('/') ? isInRange(host, name) : host === name;
  const suffix = name.replace(/^\*?\./, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

function parted(entry: string): { readonly name: string; readonly port?: string } {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(entry) ?? /^([^:]*):(\d+)$/.exec(entry);
  if (bracketed === null) return { name: entry };
  const [, name = '', port] = bracketed;
  return { name, ...(port === undefined ? {} : { port }) };
}

function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const kind = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(network) !== isIP(host) || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (kind === 'ipv6' ? 128 : 32)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}
