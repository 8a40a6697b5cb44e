import { isFromRetiringIssuer, tolerableSkewMs, type IdToken } from '../id-token/id-token.ts';
import type { ConnectionChronicle } from './connection-chronicle.ts';
import type { Concern, Statistics } from './statistics.ts';
import type { KeeperEvents } from './token-keeper.ts';

/** What a keeper reports goes into the statistics, and into the chronicle where there is one. */
export function keeperEvents(
  concern: Concern,
  statistics: Statistics,
  chronicle: ConnectionChronicle | undefined,
): KeeperEvents {
  return {
    minted: (goodForMs) => {
      statistics.minted(concern);
      chronicle?.minted(concern, goodForMs);
    },
    failed: (failure) => {
      statistics.failed(failure, concern);
      chronicle?.failed(failure, concern);
    },
    undelivered: (failure) => {
      statistics.failed(failure, concern);
      chronicle?.warn('FILE_NOT_WRITTEN');
    },
  };
}

/** Writes down what an ID token says of the time to come. */
export function foretell(
  idToken: IdToken,
  authorityHost: URL,
  chronicle: ConnectionChronicle | undefined,
): void {
  const { clockAheadMs = 0 } = idToken;
  // Other clouds keep the issuer.
  const isPublic = authorityHost.host === 'login.microsoftonline.com';
  if (isPublic && isFromRetiringIssuer(idToken)) chronicle?.warn('ISSUER_RETIRES');
  if (Math.abs(clockAheadMs) <= tolerableSkewMs) return;
  const seconds = Math.round(Math.abs(clockAheadMs) / 1_000);
  chronicle?.warn(clockAheadMs > 0 ? 'CLOCK_AHEAD' : 'CLOCK_BEHIND', seconds);
}
