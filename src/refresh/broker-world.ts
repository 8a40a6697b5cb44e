import type { Chance, Clock, EntraAccessTokens, Files, Http } from '../ports.ts';

/** What the broker asks of the world. */
export interface BrokerWorld {
  readonly http: Http;
  readonly entra: EntraAccessTokens;
  readonly files: Files;
  readonly clock: Clock;
  readonly chance: Chance;
}
