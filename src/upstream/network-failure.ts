import type { NetworkTrouble } from '../ports.ts';
import { remedies } from '../remedies.ts';

/** What went wrong on the way, in words. */
export function describeTrouble(trouble: NetworkTrouble): string {
  const code = trouble.code === undefined ? '' : ` (${trouble.code})`;
  switch (trouble.reason) {
    case 'timeout':
      return `no complete answer in time${code}`;
    case 'connection':
      return `the connection failed${code}`;
    case 'certificate':
      return `the certificate is not trusted${code}`;
    case 'too large':
      return `the answer was far too large${code}`;
  }
}

/** A proxy that wants another user or password than the agent's goes on wanting it (HTTP 407). */
export const proxySignIn = {
  code: 'PROXY_SIGN_IN_REFUSED',
  kind: 'definite',
  why: 'the proxy of this agent did not let the request through without another user or password',
  remedy: remedies.PROXY_SIGN_IN_REFUSED,
} as const;

/** What to do about trouble on the way. */
export function networkRemedy(trouble: NetworkTrouble): string {
  return trouble.reason === 'certificate'
    ? "Give the agent your network's authority (--sslcacert, or NODE_EXTRA_CA_CERTS in its environment)."
    : "Check the agent's network, proxy and firewall; run the job again if it was a passing outage.";
}
