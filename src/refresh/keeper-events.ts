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

/** Calls a connection by the name in its ID token, if there is one, wherever it is called so far. */
export function rename(
  { connectionName }: IdToken,
  ...holders: readonly ({ name: string } | undefined)[]
): void {
  if (connectionName === undefined) return;
  for (const holder of holders) if (holder !== undefined) holder.name = connectionName;
}

/** Calls the connection by the name that an ID token tells, and writes down what it says of the future. */
export function foretell(
  idToken: IdToken,
  identity: { name: string; readonly authorityHost: URL },
  statistics: Statistics,
  chronicle: ConnectionChronicle | undefined,
): void {
  rename(idToken, identity, statistics, chronicle);
  const { clockAheadMs = 0 } = idToken;
  // Other clouds keep the issuer.
  const isPublic = identity.authorityHost.host === 'login.microsoftonline.com';
  if (isPublic && isFromRetiringIssuer(idToken)) chronicle?.warn('ISSUER_RETIRES');
  if (Math.abs(clockAheadMs) <= tolerableSkewMs) return;
  const seconds = Math.round(Math.abs(clockAheadMs) / 1_000);
  chronicle?.warn(clockAheadMs > 0 ? 'CLOCK_AHEAD' : 'CLOCK_BEHIND', seconds);
}
