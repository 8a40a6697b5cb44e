import type { ProxySettings } from '../ports.ts';

/** Whether the agent's list of exceptions, which holds regular expressions, names a URL. */
export function isBypassed(url: URL, { bypass }: Pick<ProxySettings, 'bypass'>): boolean {
  return bypass.some((pattern) => matches(pattern, url.href));
}

/** One that is no regular expression matches nothing. */
function matches(pattern: string, url: string): boolean {
  try {
    return new RegExp(pattern, 'i').test(url);
  } catch {
    return false;
  }
}
