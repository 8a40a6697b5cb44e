import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { BrokerFixture, type Served } from '../../support/broker-fixture.ts';
import { minutes, seconds } from '../../support/builders.ts';
import { settled } from '../../support/fakes.ts';
import { faults, type Fault } from '../../support/faults.ts';

/** Recovery within five seconds of the end of a fault, or a minute after a definite no. */
const recoveryMs = 5_000;
const definiteRecoveryMs = 60_000;
const idTokenLifeMs = minutes(2);
const accessTokenLifeMs = minutes(5);
const pollMs = 1_000;

const routes = ['id-token', 'msi'] as const;
type Route = (typeof routes)[number];

interface Poll extends Served {
  readonly atMs: number;
  readonly isGood: boolean;
}

/** A client that asks every second and keeps what it sees. */
class Client {
  readonly polls: Poll[] = [];
  readonly #bench: BrokerFixture;
  readonly #route: Route;

  constructor(bench: BrokerFixture, route: Route) {
    this.#bench = bench;
    this.#route = route;
  }

  ask(): void {
    const { clock, upstream } = this.#bench;
    const atMs = clock.monotonicMs();
    const asked = this.#route === 'msi' ? this.#bench.accessToken() : this.#bench.idToken();
    void asked.then((served) => {
      this.polls.push({ ...served, atMs, isGood: upstream.accepts(served.token) });
    });
  }

  async askFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += pollMs) {
      this.ask();
      await this.#bench.clock.advance(pollMs);
    }
  }
}

async function bench(): Promise<BrokerFixture> {
  const made = new BrokerFixture();
  Object.assign(made.upstream, { idTokenLifeMs, accessTokenLifeMs });
  return made.start();
}

function strike({ upstream }: BrokerFixture, fault: Fault | undefined): void {
  upstream.devOpsFault = fault?.service === 'devops' ? fault.fault : undefined;
  upstream.entraFault = fault?.service === 'entra' ? fault.fault : undefined;
}

const table = faults(new BrokerFixture().clock).map(({ name, service, kind }) => ({
  name,
  service,
  kind,
}));

/** The same fault with the clock of a bench. */
function faultOf({ clock }: BrokerFixture, wanted: (typeof table)[number], index: number): Fault {
  const fault = faults(clock)[index];
  equal(fault?.name, wanted.name);
  return fault;
}

/** What has lasted for longer than it may is taken for a definite no. */
function isRefusal({ kind }: Pick<Fault, 'kind'>): boolean {
  return kind === 'definite' || kind === 'settling' || kind === 'unknown';
}

function patienceAfter(fault: Fault): number {
  return isRefusal(fault) ? definiteRecoveryMs : recoveryMs + (fault.slackMs ?? 0);
}

/** What holds in every cell, whatever happens. */
function soundness({ upstream }: BrokerFixture, polls: readonly Poll[]): void {
  deepEqual(
    polls.filter(({ status, isGood }) => status === 200 && !isGood),
    [],
    'an expired token was served',
  );
  ok(upstream.mostFailuresInAMinute <= 12, `${upstream.mostFailuresInAMinute} failures a minute`);
}

/** The service was asked at most twice from the end of the fault until it gave a token, and in time. */
function recovery({ upstream }: BrokerFixture, fault: Fault, fromMs: number): void {
  const after = upstream.visitsTo(fault.service, fromMs);
  const first = after.findIndex(({ outcome }) => outcome === 'token');
  ok(first >= 0 && first < 2, `${first + 1} requests until the first token`);
  const waitedMs = (after[first]?.atMs ?? Number.POSITIVE_INFINITY) - fromMs;
  ok(waitedMs <= patienceAfter(fault), `the first token came after ${waitedMs} ms`);
}

/** Whoever said no for good is asked again no more often than once a minute. */
function rareness({ upstream }: BrokerFixture, { service, kind }: Fault): void {
  if (kind !== 'definite') return;
  const refusedAt = upstream
    .visitsTo(service)
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ atMs }) => atMs);
  const gaps = refusedAt.slice(1).map((at, index) => at - (refusedAt[index] ?? 0));
  ok(Math.min(...gaps) >= definiteRecoveryMs, String(refusedAt));
}

function explained(poll: Poll, fault: Fault): void {
  const answer = JSON.parse(poll.body) as { error: string; message: string };
  equal(poll.status, isRefusal(fault) ? 403 : 503);
  equal(answer.error, fault.code);
  match(answer.message, /^(Azure DevOps|Entra) .{40,}\. [A-Z].{20,}\. \([A-Z_0-9]+\)$/);
}

for (const [index, row] of table.entries()) {
  describe(`while ${row.service} fails with ${row.name} (${row.kind})`, () => {
    for (const route of routes) {
      // Whoever has an access token outlives an outage of Azure DevOps that ends the ID token.
      const suffers = row.service === 'entra' ? route === 'msi' : route === 'id-token';
      const asks = row.service === 'devops' || route === 'msi';

      it(`serves ${route} from what it holds, when that outlives the fault`, async () => {
        const made = await bench();
        const fault = faultOf(made, row, index);
        const client = new Client(made, route);
        // Shortly before the next refresh.
        await client.askFor(route === 'msi' ? seconds(140) : seconds(20));
        strike(made, fault);
        // A definite no is asked about once a minute, so that its end is seen a minute later.
        const mendedMs = isRefusal(row) ? seconds(30) : 0;
        const shortMs = (route === 'msi' ? seconds(100) : seconds(65)) - mendedMs;
        await client.askFor(shortMs);
        strike(made, undefined);
        const endMs = made.upstream.timeMs;
        await client.askFor(patienceAfter(fault) + seconds(1));
        await settled();
        deepEqual([...new Set(client.polls.map(({ status }) => status))], [200]);
        soundness(made, client.polls);
        if (asks) recovery(made, fault, endMs);
      });

      it(`serves ${route} until the last token ends, then tells why, then recovers`, async () => {
        const made = await bench();
        const fault = faultOf(made, row, index);
        const client = new Client(made, route);
        await client.askFor(seconds(10));
        strike(made, fault);
        const lifeMs = route === 'msi' ? accessTokenLifeMs : idTokenLifeMs;
        await client.askFor(lifeMs + seconds(80));
        const refused = client.polls.filter(({ status }) => status !== 200);
        soundness(made, client.polls);
        const begin = refused[0]?.atMs ?? Number.POSITIVE_INFINITY;
        if (suffers) {
          const last = client.polls.findLast(({ status }) => status === 200);
          ok(last !== undefined && last.atMs >= lifeMs - seconds(3), 'it gave up too early');
          ok(refused.length > 10 && begin > lifeMs - seconds(3));
          for (const poll of refused) explained(poll, fault);
        } else if (row.service === 'entra') {
          deepEqual(refused, []);
        }
        rareness(made, fault);
        strike(made, undefined);
        const endMs = made.upstream.timeMs;
        await client.askFor(patienceAfter(fault) + pollMs);
        await client.askFor(seconds(5));
        if (asks) recovery(made, fault, endMs);
        soundness(made, client.polls);
        deepEqual(
          client.polls.slice(-4).map(({ status }) => status),
          [200, 200, 200, 200],
        );
      });
    }

    it('keeps a cold start waiting no longer than it has to', async () => {
      const made = new BrokerFixture();
      const fault = faultOf(made, row, index);
      const file = {
        kind: 'file',
        scope: 'https://vault.azure.net/.default',
        path: tokenPath,
      } as const;
      strike(made, fault);
      await made.start({ places: [file] });
      if (fault.kind === 'definite') {
        const [told] = made.told;
        ok(told !== undefined && 'failure' in told);
        equal(told.failure.code, fault.code);
        equal(made.upstream.visitsTo(fault.service).length, 1);
        deepEqual(made.files.all, ['/agent/_work/_temp']);
        return;
      }
      if (fault.kind === 'misconfigured' || fault.kind === 'unknown') {
        await made.clock.advance(seconds(5));
        const [told] = made.told;
        ok(told !== undefined && 'failure' in told, 'it is not told within seconds');
        equal(told.failure.code, fault.code);
        equal(made.upstream.visitsTo(fault.service).length, 2);
        return;
      }
      await made.clock.advance(seconds(47));
      deepEqual(made.told, []);
      strike(made, undefined);
      const endMs = made.upstream.timeMs;
      await made.clock.advance(patienceAfter(fault));
      recovery(made, fault, endMs);
      ok(made.upstream.accepts(made.files.contents.get(tokenPath) ?? ''));
      ok(made.upstream.mostFailuresInAMinute <= 12);
      ok(made.registration.issuer.startsWith('https://'));
    });

    it('lets a cold start fail with the reason when the trouble does not pass', async () => {
      const made = new BrokerFixture();
      const fault = faultOf(made, row, index);
      strike(made, fault);
      const file = {
        kind: 'file',
        scope: 'https://vault.azure.net/.default',
        path: tokenPath,
      } as const;
      await made.start({ places: [file] });
      await made.clock.advance(seconds(149));
      const [told] = made.told;
      ok(told !== undefined && 'failure' in told);
      equal(told.failure.code, fault.code);
      ok(told.failure.remedy.length > 20);
      equal(made.end, 'asked to');
      deepEqual(made.files.all, ['/agent/_work/_temp']);
      ok(made.upstream.mostFailuresInAMinute <= 12);
    });
  });
}

const tokenPath = '/agent/_work/_temp/workload-identity/11111111-aaaa-4aaa-8aaa-111111111111/VAULT';
