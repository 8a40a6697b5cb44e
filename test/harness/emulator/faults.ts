import type { OtherServiceName } from './clouds.ts';
import type { RouteName } from './journal.ts';
import type { EmulatorRequest } from './message.ts';

/** Where a fault strikes: the routes of the journal (`entra` is its token route). */
export type FaultPlace =
  | 'oidctoken'
  | 'connection-data'
  | 'pipelines'
  | 'service-endpoints'
  | 'organization-users'
  | 'marketplace'
  | 'feeds'
  | 'git'
  | 'entra'
  | 'discovery'
  | 'arm'
  | 'graph'
  | 'key-vault'
  | 'blob'
  | 'container-registry'
  | OtherServiceName;

/** What goes wrong. Objects are for what needs a number. */
export type FaultKind =
  /** The connection is cut when the request is there. */
  | 'reset'
  /** The connection is cut in the TLS handshake. */
  | 'tls-reset'
  /** No answer, for as long as the client waits. */
  | 'silence'
  /** Headers and half of the true body at once, then a byte a second. */
  | 'slow-body'
  /** 302 to a sign-in page. */
  | 'sign-in-redirect'
  /** 203 with the sign-in page. */
  | 'sign-in-page'
  /** 200 with a page in HTML. */
  | 'html'
  /** Half of the true body in a complete message. */
  | 'truncated'
  /** Half of the true body, then the connection is cut. */
  | 'cut-off'
  /** 200 without a body. */
  | 'empty'
  /** 200 with `{}`. */
  | 'no-token'
  /** The true answer with 8 MiB of padding. */
  | 'oversized'
  /** The true answer with a token that is none. */
  | 'garbage-token'
  /** An error status, with `Retry-After` where wanted: in seconds, or as a date with `asDate`. */
  | {
      readonly status: number;
      readonly retryAfterSeconds?: number;
      readonly asDate?: boolean;
    }
  /** The true answer with more headers, such as `Retry-After` on a 200, or `X-RateLimit-Delay`. */
  | { readonly headers: Readonly<Record<string, string>> }
  /** The true answer, this much later. */
  | { readonly delayMs: number }
  /** What the issuer's clock is ahead. */
  | { readonly clockSkewSeconds: number }
  /** The life of what is issued. */
  | { readonly validitySeconds: number }
  /** An AADSTS code; only `entra` knows them. */
  | { readonly aadsts: number };

/** A fault to play. Without `times` and `forMs` it lasts until it is cleared. */
export interface Fault {
  readonly at: FaultPlace;
  readonly kind: FaultKind;
  /** How many requests it strikes. */
  readonly times?: number;
  /** How long it lasts, in milliseconds from now. */
  readonly forMs?: number;
  /** Which requests it strikes; all, unless this tells. Not asked for `tls-reset`. */
  readonly when?: (request: EmulatorRequest) => boolean;
}

/** A fault that was injected. */
export interface InjectedFault {
  readonly hits: number;
  clear(): void;
}

/** The faults of an emulator. */
export interface Faults {
  inject(fault: Fault): InjectedFault;
  clear(): void;
}

/** Faults, and the question which one strikes now. */
export interface FaultBook extends Faults {
  strike(place: FaultPlace, request: EmulatorRequest): FaultKind | undefined;
  strikeHandshake(place: FaultPlace): boolean;
}

interface Planned {
  readonly fault: Fault;
  readonly until: number;
  hits: number;
}

/** The place at which a route's faults are injected. */
export function placeOf(route: RouteName): FaultPlace | undefined {
  if (route === 'entra-token') return 'entra';
  if (route === 'azure-devops' || route === 'refused' || route === 'unknown') return undefined;
  return route;
}

/** A short name for the journal. */
export const faultName = (kind: FaultKind): string =>
  typeof kind === 'string'
    ? kind
    : Object.entries(kind)
        .filter(([, value]) => typeof value !== 'object')
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ') || 'headers';

/** No faults yet. */
export function createFaults(): FaultBook {
  const planned = new Set<Planned>();
  const find = (place: FaultPlace, fits: (fault: Fault) => boolean): Planned | undefined =>
    [...planned].find(
      (it) =>
        it.fault.at === place &&
        it.hits < (it.fault.times ?? Infinity) &&
        Date.now() < it.until &&
        fits(it.fault),
    );
  return {
    inject: (fault) => {
      const it: Planned = { fault, until: Date.now() + (fault.forMs ?? Infinity), hits: 0 };
      planned.add(it);
      return {
        get hits() {
          return it.hits;
        },
        clear: () => void planned.delete(it),
      };
    },
    clear: () => planned.clear(),
    strike: (place, request) => {
      const it = find(
        place,
        (fault) => fault.kind !== 'tls-reset' && (fault.when?.(request) ?? true),
      );
      if (it) it.hits += 1;
      return it?.fault.kind;
    },
    strikeHandshake: (place) => {
      const it = find(place, (fault) => fault.kind === 'tls-reset');
      if (it) it.hits += 1;
      return it !== undefined;
    },
  };
}
