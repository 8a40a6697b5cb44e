import { deepEqual, equal } from 'node:assert/strict';
import { joinBroker } from '../../../src/session/join.ts';
import { leaveBroker, type Leaving } from '../../../src/session/leave.ts';
import { stateFile, tempDirectory } from '../../support/broker-fixture.ts';
import { aServiceConnection, minutes, seconds } from '../../support/builders.ts';
import { Machine } from '../../support/machine.ts';

const root = `${tempDirectory}/workload-identity`;
const noEvents = { starting: () => undefined, ended: () => undefined, foundDead: () => undefined };

/** A machine on which one task has started the broker. */
async function started(): Promise<{ machine: Machine; brokerId: string }> {
  const machine = new Machine();
  let brokerId = '';
  const events = {
    starting: (id = '') => {
      brokerId = id;
    },
    ended: () => undefined,
    foundDead: () => undefined,
  };
  await joinBroker(aServiceConnection(), {}, machine.surroundings, events, machine.join);
  return { machine, brokerId };
}

async function leave(machine: Machine, brokerId: string): Promise<Leaving> {
  const leaving = leaveBroker(brokerId, machine.surroundings, machine.leave);
  await machine.clock.advance(seconds(6));
  return leaving;
}

/** The same without the record of the tokens, of which tests of its own speak. */
async function left(machine: Machine, brokerId: string): Promise<object> {
  const all = Object.entries(await leave(machine, brokerId));
  return Object.fromEntries(all.filter(([name]) => name !== 'timeline'));
}

describe('leaving', () => {
  it('stops the broker, takes its report, and leaves nothing', async () => {
    const { machine, brokerId } = await started();
    const leaving = await leave(machine, brokerId);
    equal(leaving.ended, 'now');
    equal(leaving.report.connections[0]?.name, 'production');
    equal(machine.brokers[0]?.end, 'asked to');
    deepEqual(machine.files.all, [tempDirectory]);
  });

  it('ends a broker by force that does not answer', async () => {
    const { machine, brokerId } = await started();
    machine.hung.add(50_505);
    deepEqual(await left(machine, brokerId), { ended: 'by force' });
    equal(machine.processes.alive.has(200), false);
    equal(machine.files.contents.has(stateFile), false);
  });

  it('ends a broker by force that answers and then does not go', async () => {
    const { machine, brokerId } = await started();
    // It closes its port and cleans up, but its process stays.
    machine.brokers[0]?.stays();
    const leaving = await leave(machine, brokerId);
    equal(leaving.ended, 'now');
    equal(machine.processes.alive.has(200), false);
  });

  it('lets a broker be that does not answer and that nothing proves to be it', async () => {
    const { machine, brokerId } = await started();
    machine.hung.add(50_505);
    machine.processes.end = () => Promise.resolve();
    deepEqual(await left(machine, brokerId), { ended: 'later' });
    equal(machine.processes.alive.has(200), true);
    deepEqual(machine.files.all, [tempDirectory]);
    await machine.clock.advance(seconds(10));
    equal(machine.brokers[0]?.end, 'state gone');
  });

  it('says so when the broker was gone before, and cleans up after it', async () => {
    const { machine, brokerId } = await started();
    machine.kill(machine.brokers[0]);
    deepEqual(await left(machine, brokerId), { ended: 'before' });
    deepEqual(machine.files.all, [tempDirectory]);
  });

  it('believes no report of somebody who has got the port of a broker that died', async () => {
    const { machine, brokerId } = await started();
    machine.kill(machine.brokers[0]);
    machine.strangers.set(50_505, { brokerId: 'a guess', connections: [{ name: '##vso[x]y' }] });
    deepEqual(await left(machine, brokerId), { ended: 'before' });
    deepEqual(machine.files.all, [tempDirectory]);
  });

  it('never ends another process that has got the ID of the broker', async () => {
    const { machine, brokerId } = await started();
    machine.kill(machine.brokers[0]);
    machine.processes.alive.set(200, 'a stranger');
    deepEqual(await left(machine, brokerId), { ended: 'before' });
    equal(machine.processes.alive.get(200), 'a stranger');
  });

  it('brings the last words of one that died of an error of its own', async () => {
    const { machine, brokerId } = await started();
    const words = { brokerId, on: '2026-03-14T12:00:00.000Z', what: 'TypeError', place: [] };
    machine.kill(machine.brokers[0]);
    machine.files.contents.set(`${root}/last-words.json`, JSON.stringify(words));
    deepEqual(await left(machine, brokerId), { ended: 'before', lastWords: words });
    equal(machine.files.contents.has(`${root}/last-words.json`), false);
  });

  it('leaves a broker alone that has followed its own', async () => {
    const { machine, brokerId } = await started();
    machine.kill(machine.brokers[0]);
    const staging = aServiceConnection({ id: 'staging' });
    await joinBroker(staging, {}, machine.surroundings, noEvents, machine.join);
    deepEqual(await left(machine, brokerId), { ended: 'before' });
    equal(machine.brokers[1]?.end, undefined);
    equal(machine.files.contents.has(`${root}/staging/id-token`), true);
  });

  const states = [undefined, '', 'garbage'];
  for (const state of states) {
    it(`does nothing where the state is ${state ?? 'gone'}`, async () => {
      const machine = new Machine();
      if (state !== undefined) machine.files.contents.set(stateFile, state);
      const ended = state === undefined ? 'unseen' : 'before';
      deepEqual(await left(machine, 'x'), { ended });
      equal(machine.files.contents.get(stateFile), state);
    });
  }

  it('brings the whole record of the tokens from a broker that answers', async () => {
    const { machine, brokerId } = await started();
    await machine.clock.advance(minutes(5));
    const { timeline } = await leave(machine, brokerId);
    equal(timeline?.isComplete, true);
    deepEqual(timeline.brokers, [{ fromS: 0, untilS: 300, end: 'asked to' }]);
    equal(timeline.connections[0]?.name, 'production');
  });

  it('brings what a broker had written down that was killed', async () => {
    const { machine, brokerId } = await started();
    await machine.clock.advance(minutes(5));
    machine.kill(machine.brokers[0]);
    const { timeline } = await leave(machine, brokerId);
    equal(timeline?.isComplete, false);
    equal(timeline.brokers[0]?.end, 'unknown');
    equal(timeline.connections[0]?.lanes[0]?.tokens.length, 3);
  });

  for (const [what, text] of [
    ['no JSON', '{"schema":'],
    ['somebody else’s', '{"schema":"other/1"}'],
    ['larger than a record can be', JSON.stringify({ text: 'x'.repeat(600_000) })],
  ] as const) {
    it(`brings no record where the journal is ${what}`, async () => {
      const { machine, brokerId } = await started();
      machine.kill(machine.brokers[0]);
      machine.files.contents.set(`${root}/timeline.json`, text);
      equal((await leave(machine, brokerId)).timeline, undefined);
    });
  }
});
