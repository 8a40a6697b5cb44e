import {
  type Clock,
  type EntraAccessTokens,
  type ExchangeOutcome,
  type ExchangeRequest,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  NetworkTrouble,
} from '../../src/ports.ts';
import { Secret } from '../../src/secret.ts';
import { anIdTokenAnswer, ids, later, minutes } from './builders.ts';
import type { FakeClock } from './fakes.ts';

type Service = 'devops' | 'entra';

/** A request that reached an upstream service, and what came of it. */
export interface Visit {
  readonly service: Service;
  /** By the true time, in ms. */
  readonly atMs: number;
  readonly scope?: string;
  outcome: 'on its way' | 'token' | 'failed';
}

/** What goes wrong at Azure DevOps; undefined lets the request through. */
export type DevOpsFault = (request: HttpRequest, good: () => HttpAnswer) => Reply | undefined;
export type EntraFault = (request: ExchangeRequest) => ExchangeOutcome | Promise<ExchangeOutcome>;
type Reply = HttpAnswer | NetworkTrouble | Promise<HttpAnswer | NetworkTrouble>;

/**
 * Azure DevOps and Entra with a clock of their own, which no jump of the agent's moves: it knows of
 * every token that it gave when that token really ends.
 */
export class Upstream implements Http, EntraAccessTokens {
  idTokenLifeMs = minutes(10);
  accessTokenLifeMs = minutes(60);
  latencyMs = 0;
  devOpsFault: DevOpsFault | undefined;
  entraFault: EntraFault | undefined;
  readonly visits: Visit[] = [];
  readonly #clock: FakeClock;
  readonly #ends = new Map<string, number>();
  readonly #epochMs: number;
  #suspendedMs = 0;
  #given = 0;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.#epochMs = clock.now().getTime() - clock.monotonicMs();
  }

  /** The true time, in ms. */
  get timeMs(): number {
    return this.#epochMs + this.#clock.monotonicMs() + this.#suspendedMs;
  }

  /** The agent's machine sleeps: its monotonic clock stands still, the world's goes on. */
  suspend(ms: number): void {
    this.#clock.jump(ms);
    this.#suspendedMs += ms;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    return this.#visit({ service: 'devops' }, request.timeoutMs, async () => {
      const good = (): HttpAnswer => this.idTokenAnswer(this.idTokenLifeMs);
      const reply = await (this.devOpsFault?.(request, good) ?? good());
      if (reply instanceof NetworkTrouble) throw reply;
      return { value: reply, isGood: this.knows(idTokenIn(reply.body)) };
    });
  }

  /** Only steps without a broker do this. */
  dial(): void {
    throw new Error('nobody has the broker dial ahead');
  }

  async exchange(request: ExchangeRequest): Promise<ExchangeOutcome> {
    const { scope, timeoutMs } = request;
    const visit = this.#visit({ service: 'entra', scope }, timeoutMs, async () => {
      const value = await (this.entraFault?.(request) ?? this.#grant(request));
      return { value, isGood: value.granted };
    }).then((outcome) =>
      // Entra tells for how long a token is good; the library adds that to the time of arrival.
      outcome.granted
        ? { ...outcome, expiresOn: later(this.accessTokenLifeMs, this.#clock.now()) }
        : outcome,
    );
    return visit.catch((trouble: unknown) => {
      if (trouble instanceof NetworkTrouble) return refused({ trouble });
      throw trouble;
    });
  }

  /** A fresh ID token, as a good answer. */
  idTokenAnswer(lifeMs: number): HttpAnswer {
    this.#given += 1;
    const issuedMs = Math.floor(this.timeMs / 1_000) * 1_000;
    const answer = anIdTokenAnswer({
      issuedOn: new Date(issuedMs),
      lifeMs,
      jti: String(this.#given),
    });
    this.#ends.set(idTokenIn(answer.body), issuedMs + lifeMs);
    return answer;
  }

  knows(token: string): boolean {
    return this.#ends.has(token);
  }

  /** Whether a token is one that was given and has not ended. */
  accepts(token: string): boolean {
    return this.timeMs < (this.#ends.get(token) ?? 0);
  }

  visitsTo(service: Service, sinceMs = 0): readonly Visit[] {
    return this.visits.filter((visit) => visit.service === service && visit.atMs >= sinceMs);
  }

  /**
   * The most failed requests within any minute, whichever service failed. The first failure of a
   * service that was fine until then is not counted: nothing could foretell it.
   */
  get mostFailuresInAMinute(): number {
    const failed = this.visits.filter(
      (visit) => visit.outcome === 'failed' && this.#before(visit)?.outcome !== 'token',
    );
    const counts = failed.map(
      ({ atMs }) =>
        failed.filter((other) => other.atMs >= atMs && other.atMs < atMs + 60_000).length,
    );
    return Math.max(0, ...counts);
  }

  #before(visit: Visit): Visit | undefined {
    const earlier = this.visits.slice(0, this.visits.indexOf(visit));
    return earlier.findLast(({ service }) => service === visit.service);
  }

  #grant({ clientAssertion, scope }: ExchangeRequest): ExchangeOutcome {
    if (!this.accepts(clientAssertion.reveal())) return refused({ aadsts: [700024], status: 401 });
    this.#given += 1;
    const token = `access-token-${this.#given}-${ids.client}-${scope}`;
    this.#ends.set(token, this.timeMs + this.accessTokenLifeMs);
    return { granted: true, token: new Secret(token), expiresOn: new Date(this.timeMs) };
  }

  /** The way there and back takes its time, and nobody waits beyond the timeout. */
  async #visit<T>(
    facts: Pick<Visit, 'service' | 'scope'>,
    timeoutMs: number,
    work: () => Promise<{ value: T; isGood: boolean }>,
  ): Promise<T> {
    const visit: Visit = { ...facts, atMs: this.timeMs, outcome: 'on its way' };
    this.visits.push(visit);
    try {
      const { value, isGood } = await work();
      if (this.latencyMs > 0) await pass(this.#clock, this.latencyMs, timeoutMs);
      visit.outcome = isGood ? 'token' : 'failed';
      return value;
    } catch (error) {
      visit.outcome = 'failed';
      throw error;
    }
  }
}

async function pass(clock: Clock, latencyMs: number, timeoutMs: number): Promise<void> {
  await clock.sleep(Math.min(latencyMs, timeoutMs));
  if (latencyMs > timeoutMs) throw new NetworkTrouble('timeout');
}

type Refused = Extract<ExchangeOutcome, { granted: false }>;

export function refused(changes: Partial<Refused>): ExchangeOutcome {
  return { granted: false, aadsts: [], headers: {}, ...changes };
}

/** The ID token in the body of an answer, or nothing. */
export function idTokenIn(body: string): string {
  return /"oidcToken":"([^"]+)"/.exec(body)?.[1] ?? '';
}
