import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { AccessTokenKeepers } from '../../../src/refresh/access-token-keepers.ts';
import { CircuitBreaker, FailureBudget } from '../../../src/refresh/circuit-breaker.ts';
import { idTokenKeeper } from '../../../src/refresh/id-token-keeper.ts';
import { keeperEvents } from '../../../src/refresh/keeper-events.ts';
import { Statistics } from '../../../src/refresh/statistics.ts';
import type { AccessTokenFile } from '../../../src/wire/messages.ts';
import { aJob, aServiceConnection, seconds } from '../../support/builders.ts';
import { FakeChance, FakeClock, FakeFiles, settled } from '../../support/fakes.ts';
import { Upstream, refused } from '../../support/upstream.ts';

const scopeOf = (index: number): string => `https://resource-${index}.example/.default`;
const fileOf = (index: number): AccessTokenFile => ({
  kind: 'file',
  scope: scopeOf(index),
  path: `/state/${index}`,
});

describe('the keepers of access tokens', () => {
  let clock: FakeClock, files: FakeFiles, upstream: Upstream, keepers: AccessTokenKeepers;

  beforeEach(() => {
    clock = new FakeClock();
    files = new FakeFiles();
    files.directories.add('/state');
    upstream = new Upstream(clock);
    const connection = aServiceConnection();
    const statistics = new Statistics(connection.name, clock);
    const world = { http: upstream, entra: upstream, files, clock, chance: new FakeChance() };
    keepers = new AccessTokenKeepers({
      name: connection.name,
      identity: connection,
      idTokens: idTokenKeeper({ connection, job: aJob(), statistics, world }),
      breaker: new CircuitBreaker(new FailureBudget()),
      events: (scope) => keeperEvents({ scope }, statistics, undefined),
      settlingMs: () => 0,
      world,
    });
  });

  it('are 64 at most: the one that was not used for longest is forgotten', async () => {
    for (let index = 0; index < 64; index += 1) await keepers.of(scopeOf(index)).current();
    await keepers.of(scopeOf(0)).current();
    await keepers.of(scopeOf(64)).current();
    const asked = upstream.visits.length;
    await keepers.of(scopeOf(0)).current();
    equal(upstream.visits.length, asked);
    await keepers.of(scopeOf(1)).current();
    equal(upstream.visits.length, asked + 1);
  });

  it('are never forgotten where they have files, and refused beyond 64', () => {
    for (let index = 0; index < 64; index += 1) keepers.keepFile(fileOf(index));
    const busy = { code: 'BROKER_BUSY', kind: 'definite' };
    throws(() => keepers.of(scopeOf(64)), busy);
    throws(() => keepers.keepFile(fileOf(64)), busy);
    equal(keepers.files.length, 64);
    keepers.keepNoFile();
    keepers.keepFile(fileOf(64));
    deepEqual(keepers.files, [fileOf(64)]);
  });

  it('renew unasked only what stands in files', () => {
    keepers.of(scopeOf(1));
    keepers.keepFile(fileOf(2));
    equal(keepers.withFiles.length, 1);
    equal(keepers.withFiles[0], keepers.of(scopeOf(2)));
    keepers.keepNoFile();
    deepEqual(keepers.withFiles, []);
  });

  it('write into each file the access token for its own scope', async () => {
    const orders = [fileOf(1), fileOf(2), { ...fileOf(2), path: '/state/copy' }];
    // A token that comes after the order of a file would be delivered anyway.
    for (const { scope } of orders) await keepers.of(scope).current();
    for (const order of orders) keepers.keepFile(order);
    await keepers.fillFiles((scope) => keepers.of(scope).current());
    for (const { path, scope } of orders) {
      const { token } = await keepers.of(scope).current();
      equal(files.contents.get(path), token.reveal());
    }
  });

  it('say why a file cannot be filled', async () => {
    keepers.keepFile(fileOf(1));
    upstream.entraFault = () => refused({ aadsts: [53003], status: 400 });
    const filled = keepers.fillFiles((scope) => keepers.of(scope).current());
    await rejects(filled, { code: 'AADSTS53003' });
    ok(!files.contents.has(fileOf(1).path));
  });

  for (const number of [500133, 700024]) {
    it(`ask for another ID token when Entra holds this one to have ended (AADSTS${number})`, async () => {
      upstream.entraFault = () => refused({ aadsts: [number], status: 401 });
      await rejects(keepers.of(scopeOf(1)).current(), { code: `AADSTS${number}` });
      await settled();
      equal(upstream.visitsTo('devops').length, 2);
      upstream.entraFault = undefined;
      await clock.advance(seconds(3));
      await keepers.of(scopeOf(1)).current();
    });
  }
});
