import assert from 'node:assert/strict';
import { NamedConnections } from '../../../src/broker/named-connections.ts';
import { aJob, anAnswer, anIdTokenAnswer, minutes } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeEntra, FakeFiles, FakeHttp } from '../../support/fakes.ts';

function named(reply: () => ReturnType<FakeHttp['reply']> = () => anIdTokenAnswer()): {
  connections: NamedConnections;
  http: FakeHttp;
  clock: FakeClock;
} {
  const clock = new FakeClock();
  const http = new FakeHttp(reply);
  const world = { clock, http, chance: new FakeChance(), files: new FakeFiles() };
  return {
    connections: new NamedConnections(aJob(), { ...world, entra: new FakeEntra(clock) }),
    http,
    clock,
  };
}

describe('A connection that only a request names', () => {
  it('is asked for once and kept, whatever the case of its ID', async () => {
    const { connections, http, clock } = named();
    await connections.idToken('C2');
    await connections.idToken('c2');
    await clock.advance(minutes(1));
    await connections.idToken('c2');
    assert.equal(http.requests.length, 1);
    assert.equal(http.requests[0]?.url.searchParams.get('serviceConnectionId'), 'C2');
    assert.deepEqual(
      connections.reports().map(({ name, idTokens }) => [name, idTokens]),
      [['C2', 1]],
    );
  });

  it('is refused by name where Azure DevOps refuses it', async () => {
    const { connections, http } = named(() => anAnswer({ status: 404 }));
    await assert.rejects(connections.idToken('c2'), { kind: 'definite', message: /"c2"/ });
    await assert.rejects(connections.idToken('c2'), { kind: 'definite', message: /"c2"/ });
    assert.equal(http.requests.length, 1);
  });

  it('is refused where it is no ID, and beyond 50', async () => {
    const { connections } = named();
    await assert.rejects(connections.idToken('../x'), { code: 'BROKER_BUSY', kind: 'definite' });
    for (let index = 0; index < 50; index += 1) await connections.idToken(`c${index}`);
    await assert.rejects(connections.idToken('c50'), { code: 'BROKER_BUSY', kind: 'definite' });
    await connections.idToken('c49');
  });
});
