import type { ErrorCode, FailureKind } from '../errors.ts';
import type { NetworkTrouble } from '../ports.ts';
import { remedies } from '../remedies.ts';

/** What an answer, or its absence, means in our words. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly kind: FailureKind;
  /** Completes "…: ": why there is nothing to read. */
  readonly why: string;
  readonly remedy: string;
}

/** A verdict with the remedy that log and results tab know for it. */
export function verdict(code: keyof typeof remedies, kind: FailureKind, why: string): Verdict {
  return { code, kind, why, remedy: remedies[code] };
}

/** What went wrong on the way, in words. */
function describeTrouble(trouble: NetworkTrouble): string {
  const code = trouble.code === undefined ? '' : ` (${trouble.code})`;
  switch (trouble.reason) {
    case 'timeout':
      return `no complete answer in time${code}`;
    case 'connection':
      return `the connection failed${code}`;
    case 'certificate':
      return `the certificate is not trusted${code}`;
    case 'host name':
      return `this agent cannot find the host's name${code}`;
    case 'proxy address':
      return `the address of the proxy cannot be read${code}`;
    case 'too large':
      return `the answer was far too large${code}`;
  }
}

/** What asking again can do about it. */
function kindOfTrouble({ reason }: NetworkTrouble): FailureKind {
  switch (reason) {
    case 'certificate':
    case 'host name':
    case 'proxy address':
      return 'misconfigured';
    case 'timeout':
    case 'connection':
    case 'too large':
      return 'transient';
  }
}

/** What trouble on the way to a service means; the service's own code is the usual one. */
export function verdictOnTrouble(trouble: NetworkTrouble, service: ErrorCode): Verdict {
  return {
    code: trouble.reason === 'proxy address' ? 'PROXY_ADDRESS_INVALID' : service,
    kind: kindOfTrouble(trouble),
    why: describeTrouble(trouble),
    remedy: networkRemedy(trouble),
  };
}

/** A proxy that wants another user or password than the agent's goes on wanting it (HTTP 407). */
export const proxySignIn = verdict(
  'PROXY_SIGN_IN_REFUSED',
  'definite',
  'the proxy of this agent did not let the request through without another user or password',
);

/** What to do about trouble on the way. */
function networkRemedy({ reason }: NetworkTrouble): string {
  switch (reason) {
    case 'certificate':
      return "Give the agent your network's authority (--sslcacert, or NODE_EXTRA_CA_CERTS in its environment).";
    case 'host name':
      return "Check the agent's DNS, and that its proxy is the right one; a private endpoint needs its DNS zone.";
    case 'proxy address':
      return 'Write it as http://host:port, in --proxyurl of the agent or in HTTPS_PROXY.';
    case 'timeout':
    case 'connection':
    case 'too large':
      return "Check the agent's network, proxy and firewall; run the job again if it was a passing outage.";
  }
}
