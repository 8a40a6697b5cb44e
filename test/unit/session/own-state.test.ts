import { deepEqual, equal } from 'node:assert/strict';
import { Secret } from '../../../src/secret.ts';
import { joinBroker } from '../../../src/session/join.ts';
import { sealed, type BrokerState } from '../../../src/wire/broker-state.ts';
import { stateFile } from '../../support/broker-fixture.ts';
import { aServiceConnection } from '../../support/builders.ts';
import { Machine } from '../../support/machine.ts';

const staging = aServiceConnection({ id: 'staging', name: 'staging' });
const events = { starting: () => undefined, ended: () => undefined, foundDead: () => undefined };

const join = (machine: Machine, connection = aServiceConnection()): Promise<unknown> =>
  joinBroker(connection, {}, machine.surroundings, events, machine.join);

describe('A state in the shared folder', () => {
  type Change = (state: BrokerState) => string;
  const { job } = new Machine().surroundings;
  const again =
    (changes: (state: BrokerState) => Partial<BrokerState>, by = job): Change =>
    (state) =>
      sealed({ ...state, ...changes(state) }, by);
  const planted: Readonly<Record<string, Change>> = {
    'that another run with the same job ID left': again(() => ({}), {
      ...job,
      jobAccessToken: new Secret('of the other run'),
    }),
    'of another run, which names that': again(() => ({ planId: 'another plan' })),
    'of another worker': again(() => ({ worker: { pid: 100, identity: 'of another day' } })),
    'with another process to end': (state) =>
      JSON.stringify({ ...state, process: { pid: 4711, identity: 'a stranger' } }),
    'with an authority of somebody else': (state) =>
      JSON.stringify(state).replace(/https:\/\/login[^"]*/, 'https://evil.example/'),
    'with a capability that somebody chose': (state) =>
      JSON.stringify({ ...state, controlCapability: 'chosen' }),
    'without a seal': (state) => JSON.stringify({ ...state, seal: undefined }),
    'with the seal of nothing': (state) => JSON.stringify({ ...state, seal: '' }),
    'with a path outside': (state) =>
      JSON.stringify({ ...state, connections: [{ accessTokenFiles: [{ path: '/home/x' }] }] }),
  };
  for (const [what, plant] of Object.entries(planted)) {
    it(`is not used: one ${what}`, async () => {
      const machine = new Machine();
      await join(machine);
      const { state } = machine;
      if (state === undefined) throw new Error('no state');
      machine.processes.alive.set(4711, 'a stranger');
      machine.files.contents.set(stateFile, plant(state));
      const leftFile = stateFile.replace('broker.json', 'one/azure/config');
      machine.files.contents.set(leftFile, 'left');
      await join(machine, staging);
      equal(machine.brokers.length, 2);
      equal(machine.processes.alive.get(4711), 'a stranger');
      deepEqual(
        machine.state?.connections.map(({ id }) => id),
        ['staging'],
      );
      equal(machine.files.contents.has(leftFile), false);
    });
  }
});
