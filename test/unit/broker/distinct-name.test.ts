import { deepEqual, equal, ok } from 'node:assert/strict';
import { Broker } from '../../../src/broker/broker.ts';
import { distinctName } from '../../../src/broker/distinct-name.ts';
import { Secret } from '../../../src/secret.ts';
import type { BrokerState } from '../../../src/wire/broker-state.ts';
import { anOrder, someSettings, stateFile, tempDirectory } from '../../support/broker-fixture.ts';
import { anAnswer, anIdTokenAnswer, ids, minutes } from '../../support/builders.ts';
import { emptyFolders } from '../../support/fake-folders.ts';
import { FakeChance, FakeClock, FakeFiles } from '../../support/fakes.ts';
import { Upstream } from '../../support/upstream.ts';

const place = {
  port: 50505,
  process: { pid: 200, identity: 'broker' },
  controlCapability: new Secret('control'),
};

describe('the name of a service connection in the broker', () => {
  const clock = new FakeClock();
  const files = new FakeFiles();
  const http = new Upstream(clock);
  const world = {
    clock,
    files,
    http,
    entra: http,
    folders: emptyFolders,
    chance: new FakeChance(),
  };
  files.directories.add(`${tempDirectory}/workload-identity`);
  const broker = (): Broker => new Broker(someSettings(), place, world, { product: '1.2.3' });

  it('is that in its ID token: in the report, failures, the record and the state', async () => {
    const shop = broker();
    http.devOpsFault = () => anIdTokenAnswer({ subject: 'sc://contoso/shop/shop-production' });
    await shop.register(anOrder({ name: 'Shop subscription' }));
    http.devOpsFault = () => anAnswer({ status: 503 });
    await clock.advance(minutes(2));
    await shop.tend();
    const [connection] = shop.report().connections;
    equal(connection?.name, 'shop-production');
    ok(connection.lastFailure?.message.includes('"shop-production"'));
    equal(shop.timeline.record().connections[0]?.name, 'shop-production');
    await shop.announce();
    const state = JSON.parse(files.contents.get(stateFile) ?? '') as BrokerState;
    equal(state.connections[0]?.name, 'shop-production');
  });

  it('is told apart from that of another connection to the same subscription', async () => {
    http.devOpsFault = undefined;
    const two = broker();
    const shop = { name: 'Shop subscription', step: 'Sign in to read' };
    await two.register(anOrder(shop));
    await two.register(anOrder({ ...shop, id: ids.project }));
    deepEqual(
      two.report().connections.map(({ name }) => name),
      ['Shop subscription', 'Shop subscription (step Sign in to read)'],
    );
  });

  it('has a number where the step does not tell it apart', () => {
    const shop = { name: 'Shop', step: 'Read' };
    equal(distinctName(shop, []), 'Shop');
    const hostile = { name: 'Shop', step: 'a\n##vso[x]'.padEnd(300, 'b') };
    ok(/^Shop \(step a #vso\[x\]b{91}\)$/.test(distinctName(hostile, ['Shop'])));
    equal(distinctName(shop, ['Shop', 'Shop (step Read)']), 'Shop (2)');
    equal(distinctName({ name: 'Shop' }, ['Shop', 'Shop (2)', 'Shop (3)']), 'Shop (4)');
  });
});
