import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { joinBroker, type Membership } from '../../../src/session/join.ts';
import { sealed } from '../../../src/wire/broker-state.ts';
import type { LastWords } from '../../../src/wire/last-words.ts';
import { lastWordsFile, stateFile } from '../../support/broker-fixture.ts';
import { aServiceConnection, aJob, anAnswer, seconds } from '../../support/builders.ts';
import { settled } from '../../support/fakes.ts';
import { Machine } from '../../support/machine.ts';

const staging = aServiceConnection({ id: 'staging', name: 'staging' });
const noEvents = { starting: () => undefined, ended: () => undefined, foundDead: () => undefined };

/** A task joins; what it is told to stop is noted. */
async function join(
  machine: Machine,
  connection = aServiceConnection(),
  toStop: string[] = [],
  found: LastWords[] = [],
): Promise<Membership> {
  return joinBroker(
    connection,
    {},
    machine.surroundings,
    {
      starting: (id) => {
        if (id === undefined) toStop.pop();
        else toStop.push(id);
      },
      ended: () => undefined,
      foundDead: (words) => found.push(words),
    },
    machine.join,
  );
}

describe('joining the broker of a job', () => {
  it('starts it where there is none, and tells who has to stop it', async () => {
    const machine = new Machine();
    const toStop: string[] = [];
    const { idToken, endpoints, tokenFile } = await join(machine, undefined, toStop);
    deepEqual(toStop, [machine.state?.brokerId]);
    ok(idToken.expiresOn > machine.clock.now());
    ok(endpoints.idTokenUrl.startsWith('http://127.0.0.1:50505/connections/'));
    ok(endpoints.idTokenUrl.endsWith('?v=1') && !endpoints.managedIdentityUrl.includes('?'));
    ok(machine.files.contents.has(tokenFile));
  });

  it('finds the one that runs, which nobody else has to stop', async () => {
    const machine = new Machine();
    const toStop: string[] = [];
    await join(machine);
    await join(machine, staging, toStop);
    equal(machine.brokers.length, 1);
    deepEqual(toStop, []);
    equal(machine.state?.connections.length, 2);
  });

  it('replaces one that died at the same address, where nothing opens that opened it before', async () => {
    const machine = new Machine();
    const before = await join(machine);
    machine.kill(machine.brokers[0]);
    const toStop: string[] = [];
    await join(machine, staging, toStop);
    equal(machine.brokers.length, 2);
    deepEqual(toStop, [machine.state?.brokerId]);
    const again = await join(machine);
    equal(again.endpoints.idTokenUrl, before.endpoints.idTokenUrl);
    equal(again.tokenFile, before.tokenFile);
    await machine.clock.advance(seconds(5));
    const { pathname, search } = new URL(before.endpoints.idTokenUrl);
    const statuses: (number | undefined)[] = [];
    for (const { endpoints } of [before, again]) {
      const authorization = `Bearer ${endpoints.idTokenCapability.reveal()}`;
      const served = await machine.brokers[1]?.request(`${pathname}${search}`, { authorization });
      statuses.push(served?.status);
    }
    deepEqual(statuses, [401, 200]);
  });

  it('ends one that hangs by force, and takes its place', async () => {
    const machine = new Machine();
    await join(machine);
    machine.hung.add(50_505);
    const joining = join(machine, staging);
    await machine.clock.advance(seconds(2));
    await joining;
    equal(machine.processes.alive.has(200), false);
    equal(machine.brokers.length, 2);
  });

  it('asks one that lives again before it is taken for dead', async () => {
    const machine = new Machine();
    await join(machine);
    machine.hung.add(50_505);
    const joining = join(machine, staging);
    await machine.clock.advance(600);
    machine.hung.clear();
    await machine.clock.advance(seconds(1));
    await joining;
    equal(machine.brokers.length, 1);
    equal(machine.processes.alive.has(200), true);
  });

  it('does not wait for one that hangs and cannot be ended, which gives way when it wakes', async () => {
    const machine = new Machine();
    await join(machine);
    machine.hung.add(50_505);
    machine.processes.end = () => Promise.resolve();
    const joining = join(machine, staging);
    await machine.clock.advance(seconds(3));
    const { endpoints } = await joining;
    ok(!endpoints.idTokenUrl.includes(':50505/'));
    const { brokerId } = machine.state ?? { brokerId: '' };
    await machine.clock.advance(seconds(10));
    deepEqual(
      machine.brokers.map(({ end }) => end),
      ['replaced', undefined],
    );
    equal(machine.state?.brokerId, brokerId);
  });

  it('believes nobody who has got the port of one that died', async () => {
    const machine = new Machine();
    await join(machine);
    machine.kill(machine.brokers[0]);
    const registration = { address: 'evil.example:80', tokenFile: '/evil', issuer: 'evil' };
    machine.strangers.set(50_505, { registration, brokerId: 'a guess' });
    const { endpoints } = await join(machine, staging);
    equal(machine.brokers.length, 2);
    ok(endpoints.idTokenUrl.startsWith('http://127.0.0.1:'));
    ok(!endpoints.idTokenUrl.includes(':50505/'));
  });

  it('passes on the last words of one that died of an error of its own, and of no other', async () => {
    const machine = new Machine();
    await join(machine);
    const words = {
      brokerId: machine.state?.brokerId ?? '',
      on: '2026-03-14T12:00:00.000Z',
      what: 'TypeError',
      place: ['at keep (broker.mjs:8:12)'],
    };
    machine.kill(machine.brokers[0]);
    machine.files.contents.set(lastWordsFile, JSON.stringify(words));
    const found: LastWords[] = [];
    await join(machine, staging, [], found);
    deepEqual(found, [words]);
    machine.kill(machine.brokers[1]);
    await join(machine, staging, [], found);
    equal(found.length, 1);
  });

  it('does not know the broker of another job', async () => {
    const machine = new Machine();
    await join(machine);
    const jobId = 'aaaaaaaa-0000-4000-8000-000000000000';
    const oidcRequestUri = undefined;
    const other = { ...machine.surroundings, job: aJob({ jobId, oidcRequestUri }) };
    await joinBroker(staging, {}, other, noEvents, machine.join);
    equal(machine.brokers.length, 2);
    deepEqual(
      machine.state?.connections.map(({ id }) => id),
      ['staging'],
    );
    notEqual(machine.brokers[0]?.port, machine.brokers[1]?.port);
  });

  it('refuses a broker of another version rather than to disturb it', async () => {
    const machine = new Machine();
    await join(machine);
    const { state } = machine;
    if (state === undefined) throw new Error('no state');
    const text = sealed({ ...state, protocol: 1 }, machine.surroundings.job);
    machine.files.contents.set(stateFile, text);
    await rejects(join(machine), { code: 'BROKER_NOT_STARTED', kind: 'definite' });
    equal(machine.files.contents.get(stateFile), text);
  });

  const garbage = ['', 'x', '{"jobId":1}'];
  for (const text of garbage) {
    it(`starts anew where the state says ${JSON.stringify(text)}`, async () => {
      const machine = new Machine();
      machine.files.contents.set(stateFile, text);
      await join(machine);
      equal(machine.state?.connections.length, 1);
    });
  }

  it('tells why a connection cannot be signed in, and leaves nothing', async () => {
    const machine = new Machine();
    machine.prepare = ({ upstream }) => {
      upstream.devOpsFault = () => anAnswer({ status: 404 });
    };
    const toStop: string[] = [];
    await rejects(join(machine, undefined, toStop), { code: 'CONNECTION_NOT_FOUND' });
    deepEqual(toStop, []);
    await settled();
    deepEqual(machine.files.all, ['/agent/_work/_temp']);
  });

  it('tells who has to stop a broker that stays for others although this sign-in failed', async () => {
    const machine = new Machine();
    await join(machine);
    machine.kill(machine.brokers[0]);
    machine.prepare = ({ upstream }) => {
      upstream.devOpsFault = ({ url }) =>
        url.search.includes('staging') ? anAnswer({ status: 404 }) : undefined;
    };
    const toStop: string[] = [];
    await rejects(join(machine, staging, toStop), { code: 'CONNECTION_NOT_FOUND' });
    deepEqual(toStop, [machine.state?.brokerId]);
    equal(machine.state?.connections.length, 1);
  });
});

describe('a membership', () => {
  it('has access tokens through the broker of the moment', async () => {
    const machine = new Machine();
    const session = await join(machine);
    const { token, scope, expiresOn } = await session.accessToken('https://x.example/.default');
    ok(machine.brokers[0]?.upstream.accepts(token.reveal()));
    equal(scope, 'https://x.example/.default');
    ok(expiresOn > machine.clock.now());
    machine.kill(machine.brokers[0]);
    await rejects(session.accessToken(scope), { code: 'BROKER_NOT_STARTED' });
    await join(machine, staging);
    await machine.clock.advance(seconds(1));
    const renewed = await session.accessToken(scope);
    ok(machine.brokers[1]?.upstream.accepts(renewed.token.reveal()));
  });

  it('can be taken back: the broker ends when nobody else was kept', async () => {
    const machine = new Machine();
    const session = await join(machine);
    await session.undo();
    await settled();
    equal(machine.brokers[0]?.end, 'asked to');
    deepEqual(machine.files.all, ['/agent/_work/_temp']);
  });

  it('can be taken back: one connection of several is dismissed', async () => {
    const machine = new Machine();
    await join(machine);
    const second = await join(machine, staging);
    await second.undo();
    equal(machine.brokers[0]?.end, undefined);
    equal(machine.state?.connections.length, 1);
  });

  it('can be taken back: what others had joined before stays', async () => {
    const machine = new Machine();
    await join(machine);
    const again = await join(machine);
    await again.undo();
    equal(machine.state?.connections.length, 1);
  });
});
