import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import schema from '../../tab/timeline.schema.json' with { type: 'json' };
import type { JournalEntry } from '../harness/emulator/journal.ts';
import type { Play } from '../harness/stage.ts';
import { ask, idTokenDoor, managedIdentityDoor } from './support/clients.ts';
import { goneWithin, holdStep, playHeld } from './support/held-job.ts';
import { assertClean, assertGreen, shortLives, useTheatre, usualLives } from './support/theatre.ts';

const isTimeline = new Ajv({ strict: false }).compile(schema);

interface Lane {
  readonly token: 'id' | 'access';
  readonly scope?: string;
  readonly tokens: readonly (readonly [number, number])[];
  readonly spans: readonly (readonly [number, number, number])[];
  readonly episodes: readonly {
    readonly fromS: number;
    readonly untilS?: number;
    readonly code: string;
    readonly failures: number;
  }[];
}

interface Timeline {
  readonly product: string;
  readonly startedOn: string;
  readonly untilS: number;
  readonly isComplete: boolean;
  readonly brokers: readonly {
    readonly fromS: number;
    readonly untilS: number;
    readonly end: string;
  }[];
  readonly connections: readonly {
    readonly name: string;
    readonly lanes: readonly Lane[];
    readonly answers: {
      readonly kinds: Readonly<
        Record<string, readonly (readonly [number, number, number, number])[]>
      >;
    };
  }[];
}

/** The one record that a job attached, which has to fit its schema. */
function timelineOf({ report }: Play): Timeline {
  const [attachment, ...more] = report.attachments.filter(
    ({ type }) => type === 'workload-identity.timeline',
  );
  assert.ok(attachment, `no record was attached\n${report.log}`);
  assert.deepEqual(more, []);
  assert.match(attachment.step ?? '', /^Post-job: /);
  const timeline: unknown = JSON.parse(attachment.text);
  assert.ok(isTimeline(timeline), JSON.stringify(isTimeline.errors));
  return timeline as unknown as Timeline;
}

/** When something happened by the emulator's own log, in seconds since the start of the record. */
function secondsOf({ at }: JournalEntry, { startedOn }: Timeline): number {
  return (at.getTime() - Date.parse(startedOn)) / 1_000;
}

const task = (inputs: string): string =>
  `  - task: TokenRefresher@1\n    inputs: { azureSubscription: shop, ${inputs} }\n`;
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;

describe('What a job leaves for the results tab', function () {
  this.timeout(300_000);
  const theatre = useTheatre();

  it('agrees with what the emulator saw: every token, every fault and every answer', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, shortLives);
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const steps = task('managedIdentity: true') + holdStep('here');
    let answers = 0;
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      const seen = await job.heldAt('here');
      for (; answers < 4; answers += 1) await ask(idTokenDoor(seen));
      await ask(managedIdentityDoor(seen));
      const outage = emulator.faults.inject({ at: 'oidctoken', kind: { status: 503 } });
      while (outage.hits < 3) await pause(100);
      outage.clear();
      const calm = emulator.journal.entries.length;
      const isBack = ({ route, status }: JournalEntry): boolean =>
        route === 'oidctoken' && status === 200;
      while (!emulator.journal.entries.slice(calm).some(isBack)) await pause(100);
      await pause(500);
      job.letGo('here');
    });
    assertGreen(play);
    const timeline = timelineOf(play);
    const [shop, ...others] = timeline.connections;
    assert.ok(shop && others.length === 0);
    const [id, access] = shop.lanes;
    assert.ok(id && access);
    const given = (route: string): readonly JournalEntry[] =>
      play.journal.filter((entry) => entry.route === route && entry.status === 200);
    for (const [lane, route] of [
      [id, 'oidctoken'],
      [access, 'entra-token'],
    ] as const) {
      const seconds = given(route).map((entry) => secondsOf(entry, timeline));
      assert.equal(lane.tokens.length, seconds.length, route);
      for (const [index, [fromS]] of lane.tokens.entries())
        assert.ok(
          Math.abs(fromS - (seconds[index] ?? -99)) <= 1.5,
          `${fromS} and ${seconds[index]}`,
        );
    }
    const faults = play.journal.filter(({ fault }) => fault !== undefined);
    assert.equal(
      id.episodes.reduce((sum, { failures }) => sum + failures, 0),
      faults.length,
    );
    const [episode] = id.episodes;
    assert.equal(episode?.code, 'DEVOPS_UNAVAILABLE');
    const firstFault = faults[0];
    assert.ok(firstFault && Math.abs(episode.fromS - secondsOf(firstFault, timeline)) <= 1.5);
    assert.notEqual(episode.untilS, undefined);
    const counted = Object.values(shop.answers.kinds)
      .flat()
      .reduce((sum, [, n]) => sum + n, 0);
    assert.equal(counted, answers + 1);
    assert.equal(timeline.isComplete, true);
    assert.match(timeline.product, /^\d+\.\d+\.\d+$/);
  });

  it('is one record for several tasks, and holds no ID of theirs', async () => {
    const { emulator, stage } = theatre;
    const connections = ['shop', 'hub'].map((name) => emulator.addServiceConnection({ name }));
    const steps = `${task('managedIdentity: true')}  - task: FederatedLogin@1
    inputs: { azureSubscription: hub, tools: none, accessTokens: 'GRAPH_TOKEN = https://graph.microsoft.com/.default' }
`;
    const play = await stage.play({ pipeline: `steps:\n${steps}`, connections });
    assertGreen(play);
    const { connections: told } = timelineOf(play);
    assert.equal(told.length, 2);
    const [attachment] = play.report.attachments;
    const withoutNames = JSON.stringify(
      JSON.parse(attachment?.text ?? ''),
      (key, value: unknown) => (key === 'name' || key === 'scope' ? undefined : value),
    );
    assert.doesNotMatch(withoutNames, guid);
    assert.doesNotMatch(withoutNames, /eyJ|Bearer|message/);
  });

  it('goes on in the record of a broker that was killed', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const steps =
      task('managedIdentity: true') + holdStep('before') + task('managedIdentity: true');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await ask(idTokenDoor(await job.heldAt('before')));
      await pause(1_500);
      process.kill(job.broker.pid, 'SIGKILL');
      await goneWithin(job.broker.pid, 15_000);
      await pause(1_500);
      job.letGo('before');
    });
    assertGreen(play);
    const { brokers, connections, isComplete } = timelineOf(play);
    assert.deepEqual(
      brokers.map(({ end }) => end),
      ['unknown', 'asked to'],
    );
    assert.ok((brokers[1]?.fromS ?? 0) > (brokers[0]?.untilS ?? 0));
    assert.equal(isComplete, true);
    assert.equal(connections.length, 1);
    assert.equal(
      connections[0]?.lanes[0]?.tokens.length,
      play.journal.filter(({ route, status }) => route === 'oidctoken' && status === 200).length,
    );
  });

  it('is what had been written down, where no other broker followed the one that was killed', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const steps = task('managedIdentity: true') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await job.heldAt('here');
      process.kill(job.broker.pid, 'SIGKILL');
      await goneWithin(job.broker.pid, 15_000);
      job.letGo('here');
    });
    assertGreen(play);
    const { isComplete, brokers } = timelineOf(play);
    assert.deepEqual([isComplete, brokers.map(({ end }) => end)], [false, ['unknown']]);
    assert.match(play.report.log, /shows what it had written down until then/);
  });

  it('is nothing where the directory of the broker is gone, and the step says so', async () => {
    const { emulator, stage } = theatre;
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const steps = task('managedIdentity: true') + holdStep('here');
    const play = await playHeld(stage, { steps, connections: [connection] }, async (job) => {
      await job.heldAt('here');
      const { pid } = job.broker;
      rmSync(job.stateDirectory, { recursive: true });
      await goneWithin(pid, 30_000);
      job.letGo('here');
    });
    assert.equal(play.report.result, 'Succeeded');
    assertClean(play);
    assert.deepEqual(play.report.attachments, []);
    assert.match(play.report.log, /leaves no record for the tab Workload identity/);
  });

  it('is refused by the agent itself where commands are restricted, and the step succeeds', async () => {
    const { emulator, stage } = theatre;
    Object.assign(emulator.lifetimes, usualLives);
    const connection = emulator.addServiceConnection({ name: 'shop' });
    const pipeline = `steps:\n${task('managedIdentity: true')}    target: { commands: restricted }\n`;
    const play = await stage.play({ pipeline, connections: [connection] });
    assert.equal(play.report.result, 'Succeeded', play.report.log);
    assertClean(play);
    assert.deepEqual(play.report.attachments, []);
    const issues = play.report.steps.flatMap((step) => step.issues.map(({ message }) => message));
    assert.ok(
      issues.some((message) => /addattachment/i.test(message)),
      issues.join('\n'),
    );
  });
});
