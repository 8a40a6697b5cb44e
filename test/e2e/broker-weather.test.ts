import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Emulator, FaultKind } from '../harness/emulator/emulator.ts';
import type { EmulatorRequest } from '../harness/emulator/message.ts';
import type { ServiceConnection } from '../harness/emulator/service-connections.ts';
import type { Play } from '../harness/stage.ts';
import { SteadyClient, type Door, type Experience } from './support/clients.ts';
import { holdStep, playHeld, type BrokerAtWork } from './support/held-job.ts';
import { metronome } from './support/metronome.ts';
import { assertGreen, useTheatre } from './support/theatre.ts';

interface Storm {
  readonly at: keyof typeof stormMs;
  readonly kind: FaultKind;
  /** The answers stay good, so that nothing fails upstream. */
  readonly isMild?: true;
}

/** A storm begins with a new token, and ends before that one does. */
const lives = { idTokenSeconds: 30, accessTokenSeconds: 26 };
const stormMs = { oidctoken: 14_000, entra: 17_000 };
const skewSeconds = 15 * 60;

const storms: readonly Storm[] = [
  ...(['oidctoken', 'entra'] as const).flatMap((at): Storm[] => [
    { at, kind: { status: 429, retryAfterSeconds: 4 } },
    { at, kind: { status: 429, retryAfterSeconds: 4, asDate: true } },
    { at, kind: { status: 408 } },
    { at, kind: { status: 500 } },
    { at, kind: { status: 502 } },
    { at, kind: { status: 503, retryAfterSeconds: 600 } },
    { at, kind: 'reset' },
    { at, kind: 'silence' },
    { at, kind: 'slow-body' },
    { at, kind: 'html' },
    { at, kind: 'truncated' },
    { at, kind: 'cut-off' },
    { at, kind: 'empty' },
    { at, kind: 'no-token' },
    { at, kind: 'oversized' },
  ]),
  { at: 'oidctoken', kind: { headers: { 'Retry-After': '3' } }, isMild: true },
  { at: 'oidctoken', kind: { headers: { 'X-RateLimit-Delay': '2.5' } }, isMild: true },
  { at: 'oidctoken', kind: { delayMs: 2_000 }, isMild: true },
  { at: 'oidctoken', kind: { validitySeconds: 8 }, isMild: true },
  { at: 'oidctoken', kind: { clockSkewSeconds: skewSeconds }, isMild: true },
  { at: 'oidctoken', kind: { clockSkewSeconds: -skewSeconds }, isMild: true },
  { at: 'oidctoken', kind: 'sign-in-redirect' },
  { at: 'oidctoken', kind: 'sign-in-page' },
  { at: 'oidctoken', kind: 'garbage-token' },
  { at: 'entra', kind: { aadsts: 90033 } },
];

const titleOf = ({ at, kind }: Storm): string =>
  `${at}: ${typeof kind === 'string' ? kind : JSON.stringify(kind)}`;

interface Weathered {
  readonly experiences: readonly Experience[];
  /** When the token was issued with which the storm began; times are in ms since 1970. */
  readonly bornAt: number;
  /** When requests came that the storm struck. */
  readonly struckAt: readonly number[];
  readonly endedAt: number;
  /** When the next good answer was given upstream. */
  readonly recoveredAt: number;
}

/** The longest pause of the contract between two attempts, which is 12 of them a minute. */
const longestPauseMs = 5_000;

/** What timers and 70 busy clients on the same machine may add to a pause. */
const slackMs = 1_500;

/** What the server told in the storm: not to be asked again for so long, in ms. */
function toldMs({ kind }: Storm): number {
  if (typeof kind !== 'object' || !('status' in kind)) return 0;
  // A date has whole seconds.
  return (kind.retryAfterSeconds ?? 0) * 1_000 - (kind.asDate === true ? 1_000 : 0);
}

/**
 * By the contract nothing takes longer than a third of the life that the token in hand has left:
 * no wait that the server wants, and no request that is never answered.
 */
function patienceMs({ at }: Storm, { bornAt }: Weathered, now: number): number {
  const lifeMs = (at === 'entra' ? lives.accessTokenSeconds : lives.idTokenSeconds) * 1_000;
  return (bornAt + lifeMs - now) / 3;
}

/**
 * A third of what the broker takes off a life: one second because tokens tell whole ones, another
 * because the server's date does, and the way, which takes a while where much is to be done at once.
 */
const cautionMs = 1_500;

/** Between two requests lies what the server told, and at most the longest pause beside. */
function assertPaced(storm: Storm, weather: Weathered): void {
  const { struckAt, recoveredAt } = weather;
  for (const [index, struck] of struckAt.entries()) {
    const pausedMs = (struckAt[index + 1] ?? recoveredAt) - struck;
    const patience = patienceMs(storm, weather, struck);
    const what = `paused for ${pausedMs} ms of ${Math.round(patience)} after ${index + 1} requests`;
    assert.ok(pausedMs >= Math.min(toldMs(storm), patience - cautionMs), what);
    // One that is never answered has its own time first.
    const unanswered = storm.kind === 'silence' || storm.kind === 'slow-body';
    const lasted = unanswered ? patience : 0;
    const wanted = Math.max(longestPauseMs, Math.min(toldMs(storm) + 1_000, patience));
    const lostMs = metronome.lostMs(struck, struck + pausedMs);
    assert.ok(pausedMs <= lasted + wanted + slackMs + lostMs, what);
  }
}

describe('In bad weather', function () {
  this.timeout(600_000);
  const theatre = useTheatre();
  const weathered = new Map<Storm, Weathered>();
  let play: Play;

  before(async () => {
    const { emulator } = theatre;
    const { Stage } = await import('../harness/stage.ts');
    const stage = new Stage(emulator);
    Object.assign(emulator.lifetimes, lives);
    const connections = storms.map((_, index) =>
      emulator.addServiceConnection({ name: `storm-${index}` }),
    );
    const steps = connections.map(({ name }) => refresher(name)).join('') + holdStep('here');
    play = await playHeld(stage, { steps, connections }, async (job) => {
      await job.heldAt('here');
      const { broker } = job;
      await Promise.all(
        storms.map(async (storm, index) => {
          const connection = connections[index] ?? assert.fail();
          weathered.set(storm, await weather(storm, connection, broker, emulator));
        }),
      );
      job.letGo('here');
    });
    stage.close();
  });

  for (const storm of storms) {
    it(`no client notices ${titleOf(storm)}`, () => {
      const weather = weathered.get(storm) ?? assert.fail();
      const { experiences, struckAt, endedAt, recoveredAt } = weather;
      for (const { failures, expired, answers, tokens } of experiences) {
        assert.deepEqual(failures, []);
        assert.equal(expired, 0);
        // Each asks every 250 ms; on a busy machine it waits longer for its turn.
        assert.ok(answers > 20, `${answers} answers`);
        assert.ok(tokens.size >= 2, `${tokens.size} tokens`);
      }
      const [first] = struckAt;
      assert.ok(first !== undefined, 'the storm struck nobody');
      if (storm.isMild === true) {
        // Nothing is to be recovered from: the next token comes when it is due.
        assert.ok(recoveredAt - endedAt < lives.idTokenSeconds * 1_000);
        return;
      }
      assertPaced(storm, weather);
      // The first failure of a service that was fine could not be foretold.
      const allowed = 1 + Math.ceil((endedAt - first) / longestPauseMs);
      assert.ok(struckAt.length <= allowed, `${struckAt.length} requests failed of ${allowed}`);
    });
  }

  it('the job ends green, and its report tells of trouble that passed', () => {
    assertGreen(play);
    const [summary = ''] = play.report.summaries;
    assert.match(summary, /Requests that failed and were repeated \| [1-9]/);
    assert.match(summary, /It passed\./);
  });
});

const refresher = (connection: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: ${connection}, managedIdentity: true }\n`;

/** Plays one storm over one connection while two clients of it go on working. */
async function weather(
  storm: Storm,
  connection: ServiceConnection,
  broker: BrokerAtWork,
  emulator: Emulator,
): Promise<Weathered> {
  const { at, kind } = storm;
  const skewMs = typeof kind === 'object' && 'clockSkewSeconds' in kind ? skewSeconds * 1_000 : 0;
  const clients = doorsOf(connection.id, broker).map((door) => new SteadyClient(door, 250, skewMs));
  const good = async (since: number): Promise<number> => {
    for (;;) {
      const found = emulator.journal
        .since(since)
        .find(
          ({ connectionId, route, tokenId, fault }) =>
            connectionId === connection.id &&
            route === (at === 'entra' ? 'entra-token' : at) &&
            tokenId !== undefined &&
            fault === undefined,
        );
      if (found !== undefined) return found.at.getTime();
      await pause(50);
    }
  };
  const bornAt = await good(emulator.journal.mark());
  const struckAt: number[] = [];
  const fault = emulator.faults.inject({
    at,
    kind,
    when: (request) => {
      const isStruck = isFor(connection, request);
      if (isStruck) struckAt.push(Date.now());
      return isStruck;
    },
  });
  // For the agent, whose own clock is wrong, both services are ahead or behind.
  const other =
    skewMs === 0
      ? undefined
      : emulator.faults.inject({
          at: 'entra',
          kind,
          when: (request) => isFor(connection, request),
        });
  await pause(stormMs[at]);
  fault.clear();
  other?.clear();
  const endedAt = Date.now();
  const recoveredAt = await good(emulator.journal.mark());
  await pause(1_000);
  const experiences = await Promise.all(clients.map((client) => client.stop()));
  return { experiences, bornAt, struckAt, endedAt, recoveredAt };
}

function isFor({ id, clientId }: ServiceConnection, request: EmulatorRequest): boolean {
  return request.query.get('serviceConnectionId') === id || request.body.includes(clientId);
}

function doorsOf(id: string, { port, connections }: BrokerAtWork): readonly Door[] {
  const kept = connections.find((candidate) => candidate.id === id) ?? assert.fail();
  const base = `http://127.0.0.1:${port}/connections/${id}`;
  return [
    {
      url: `${base}/id-token?v=1`,
      headers: { authorization: `Bearer ${kept.idTokenCapability}` },
    },
    {
      url: `${base}/msi?api-version=2019-08-01&resource=https://management.azure.com/`,
      headers: { 'x-identity-header': kept.managedIdentityCapability },
    },
  ];
}
