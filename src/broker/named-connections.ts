import { FederationError } from '../errors.ts';
import type { IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import type { BrokerWorld } from '../refresh/broker-world.ts';
import { idTokenKeeper } from '../refresh/id-token-keeper.ts';
import { rename } from '../refresh/keeper-events.ts';
import { Statistics } from '../refresh/statistics.ts';
import type { TokenKeeper } from '../refresh/token-keeper.ts';
import type { ConnectionReport } from '../wire/report.ts';

/** More connections than this that only a request names are a mistake. */
const maxNamed = 50;

const connectionId = /^[0-9A-Za-z-]{1,64}$/;

/**
 * ID tokens for service connections that no task of ours registered, and that a request with the job's
 * own access token names, as Microsoft's TerraformTask does. Who has that token can ask Azure DevOps for
 * each of them; here it is asked for once and kept.
 */
export class NamedConnections {
  readonly #job: Job;
  readonly #world: BrokerWorld;
  readonly #named = new Map<string, { keeper: TokenKeeper<IdToken>; statistics: Statistics }>();

  constructor(job: Job, world: BrokerWorld) {
    this.#job = job;
    this.#world = world;
  }

  /** @throws {FederationError} which names the connection, where Azure DevOps gives no ID token for it. */
  async idToken(id: string): Promise<IdToken> {
    const key = id.toLowerCase();
    const named = this.#named.get(key) ?? this.#open(id, key);
    return named.keeper.current();
  }

  reports(): readonly ConnectionReport[] {
    return [...this.#named.values()].map(({ statistics }) => statistics.report());
  }

  #open(id: string, key: string): { keeper: TokenKeeper<IdToken>; statistics: Statistics } {
    if (!connectionId.test(id) || this.#named.size >= maxNamed) throw notKept();
    const statistics = new Statistics(id, this.#world.clock);
    const connection = { id, name: id };
    const onToken = (idToken: IdToken): void => rename(idToken, connection, statistics);
    const parts = { connection, job: this.#job, statistics, onToken, world: this.#world };
    const keeper = idTokenKeeper(parts);
    const opened = { keeper, statistics };
    this.#named.set(key, opened);
    return opened;
  }
}

function notKept(): FederationError {
  return new FederationError({
    code: 'BROKER_BUSY',
    message: `A request names a service connection by something that is no ID, or the broker has ID tokens of ${maxNamed} such connections already.`,
    remedy: 'Name the service connection by its ID, and use fewer connections in one job.',
    kind: 'definite',
  });
}
