import assert from 'node:assert/strict';
import { NetworkTrouble } from '../../../src/ports.ts';
import { parseTimelineRecord, type TimelineRecord } from '../../../src/wire/timeline.ts';
import { BrokerFixture, tempDirectory } from '../../support/broker-fixture.ts';
import { minutes, seconds } from '../../support/builders.ts';

const file = `${tempDirectory}/workload-identity/timeline.json`;

function written(broker: BrokerFixture): TimelineRecord {
  const record = parseTimelineRecord(broker.files.contents.get(file) ?? '');
  assert.ok(record, 'there is no journal');
  return record;
}

describe('the journal of what the tokens did', () => {
  it('is written with every token, by a broker that knows no end yet', async () => {
    const broker = await new BrokerFixture().start();
    await broker.clock.advance(minutes(5));
    const { product, isComplete, brokers, connections } = written(broker);
    assert.deepEqual([product, isComplete, brokers[0]?.end], ['1.2.3', false, 'unknown']);
    assert.equal(connections[0]?.lanes[0]?.tokens.length, 3);
  });

  it('is written when trouble begins and when it ends', async () => {
    const broker = await new BrokerFixture().start();
    broker.upstream.devOpsFault = () => new NetworkTrouble('connection', 'ECONNRESET');
    await broker.clock.advance(minutes(3));
    const during = written(broker).connections[0]?.lanes[0]?.episodes ?? [];
    assert.deepEqual(
      during.map(({ code, untilS }) => [code, untilS]),
      [['DEVOPS_UNAVAILABLE', undefined]],
    );
    broker.upstream.devOpsFault = undefined;
    await broker.clock.advance(minutes(1));
    assert.notEqual(written(broker).connections[0]?.lanes[0]?.episodes[0]?.untilS, undefined);
  });

  it('counts answers within half a minute, and not with each answer', async () => {
    const broker = await new BrokerFixture().start();
    await broker.clock.advance(seconds(31));
    const before = broker.files.contents.get(file);
    await broker.idToken();
    assert.equal(broker.files.contents.get(file), before);
    await broker.clock.advance(seconds(40));
    assert.deepEqual(Object.values(written(broker).connections[0]?.answers.kinds ?? {}).length, 1);
  });

  it('does not stand in the way of a broker whose disk is full', async () => {
    const broker = await new BrokerFixture().start();
    broker.files.unwritable.add(file);
    await broker.clock.advance(minutes(30));
    assert.equal((await broker.idToken()).status, 200);
    broker.files.unwritable.delete(file);
    await broker.clock.advance(minutes(3));
    assert.equal(written(broker).connections[0]?.lanes[0]?.tokens.length, 17);
  });

  it('is gone with the broker, and is not written again', async () => {
    const broker = await new BrokerFixture().start();
    broker.terminated.abort();
    await broker.clock.advance(minutes(5));
    assert.equal(broker.files.contents.has(file), false);
  });
});
