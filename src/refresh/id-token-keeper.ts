import type { ConnectionName } from '../id-token/id-token-answer.ts';
import { idTokenLifeMs, type IdToken } from '../id-token/id-token.ts';
import type { Job } from '../id-token/job.ts';
import { requestIdToken } from '../id-token/request-id-token.ts';
import type { Chance, Clock, Http } from '../ports.ts';
import { CircuitBreaker, FailureBudget } from './circuit-breaker.ts';
import type { ConnectionChronicle } from './connection-chronicle.ts';
import { keeperEvents } from './keeper-events.ts';
import { idTokenPolicy } from './refresh-policy.ts';
import type { Statistics } from './statistics.ts';
import { TokenKeeper } from './token-keeper.ts';

interface IdTokenParts {
  readonly connection: ConnectionName;
  readonly job: Job;
  readonly statistics: Statistics;
  /** Where what happens is written down; undefined where nobody asks for that. */
  readonly chronicle?: ConnectionChronicle | undefined;
  readonly onToken?: (idToken: IdToken) => void;
  /** Shared by all requests for one connection; its own where there is none. */
  readonly budget?: FailureBudget;
  /** Puts each new one where tools read it. */
  readonly deliver?: (idToken: IdToken) => Promise<void>;
  readonly world: { readonly http: Http; readonly clock: Clock; readonly chance: Chance };
}

/** Keeps the ID token of a service connection fresh, in every way in which Azure DevOps can fail. */
export function idTokenKeeper({
  connection,
  job,
  statistics,
  chronicle,
  onToken,
  budget = new FailureBudget(),
  deliver,
  world,
}: IdTokenParts): TokenKeeper<IdToken> {
  const { clock, chance } = world;
  return new TokenKeeper({
    prepare: () =>
      Promise.resolve(async (timeoutMs) => {
        const askedOn = clock.now();
        const { idToken, pauseMs } = await requestIdToken(connection, job, timeoutMs, world);
        onToken?.(idToken);
        const issuedMs = idToken.issuedOn?.getTime();
        return { token: idToken, lifeMs: idTokenLifeMs(idToken, askedOn), issuedMs, pauseMs };
      }),
    ...(deliver === undefined ? {} : { deliver }),
    policy: idTokenPolicy,
    breaker: new CircuitBreaker(budget),
    events: keeperEvents('ID token', statistics, chronicle),
    // None of Azure DevOps' refusals is about something that has yet to arrive.
    settlingMs: () => 0,
    clock,
    chance,
  });
}
