import { toFailure } from '../errors.ts';
import type { ConnectionTokens } from '../refresh/connection-tokens.ts';
import { endpointPaths } from '../wire/endpoints.ts';
import { endpointOf } from '../wire/expectation.ts';
import type { AzureCliReport, ConnectionReport, Standstill } from '../wire/report.ts';
import type { KeptConnection } from '../wire/start-message.ts';
import type { Expectations } from './expectations.ts';

/** One connection of the job: its tokens, what opens its endpoints, and who should ask there. */
export interface KeptSession {
  readonly session: ConnectionTokens;
  readonly kept: KeptConnection;
  readonly expectations: Expectations;
}

/**
 * Whom the managed identity endpoint of a connection serves when a request names a client ID: its own
 * connection where that has the ID, else the one of the job that registered last; undefined for a
 * stranger.
 */
export function ofClient(
  clientId: string,
  own: KeptSession,
  all: Iterable<KeptSession>,
): KeptSession | undefined {
  const isNamed = ({ kept }: KeptSession): boolean =>
    kept.clientId.toLowerCase() === clientId.toLowerCase();
  return isNamed(own) ? own : [...all].findLast(isNamed);
}

/** What happened to a connection, and what nobody has asked for. */
export function reportOf(
  { session, kept, expectations }: KeptSession,
  azureCli: AzureCliReport | undefined,
): ConnectionReport {
  const unused = expectations.unmet.map((use) => ({
    use,
    path: endpointPaths[endpointOf[use]](kept.id),
  }));
  return {
    ...session.statistics.report(),
    ...(azureCli === undefined ? {} : { azureCli }),
    ...(unused.length === 0 ? {} : { unused }),
  };
}

/** What keeps a task waiting for the tokens of a connection; none where nothing does. */
export function standstillOf({
  session: { waiting },
  kept: { id },
}: KeptSession): readonly Standstill[] {
  if (waiting === undefined) return [];
  return [{ id, failure: toFailure(waiting.failure), until: waiting.until.toISOString() }];
}
