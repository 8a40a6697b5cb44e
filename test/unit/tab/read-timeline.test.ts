import { Ajv } from 'ajv';
import assert from 'node:assert/strict';
import { readTimeline } from '../../../tab/read-timeline.ts';
import schema from '../../../tab/timeline.schema.json' with { type: 'json' };
import { goodRecord, outageRecord, type RecordBody } from '../../tab/support/records.ts';

const isTimeline = new Ajv({ strict: false }).compile(schema);

function reading(
  change: (record: Record<string, unknown>) => unknown,
): ReturnType<typeof readTimeline> {
  const record = goodRecord() as Record<string, unknown>;
  return readTimeline(JSON.stringify(change(record) ?? record));
}

describe('A record of a job', () => {
  for (const [name, record] of [
    ['good', goodRecord()],
    ['bad', outageRecord()],
  ] as const) {
    it(`of a ${name} job fits the schema, and the page reads it`, () => {
      assert.ok(isTimeline(record), JSON.stringify(isTimeline.errors));
      const read = readTimeline(JSON.stringify(record));
      assert.equal(read.kind, 'timeline');
    });
  }

  it('with fields that the page does not know is read', () => {
    assert.equal(reading((record) => ({ ...record, weather: 'fine' })).kind, 'timeline');
  });

  it('of a newer form says which version of the extension wrote it', () => {
    const read = reading((record) => ({
      ...record,
      schema: 'workload-identity.timeline/2',
      product: '3.0.0',
    }));
    assert.deepEqual(read, { kind: 'newer', version: 2, product: '3.0.0' });
  });

  const misfits: readonly (readonly [string, (record: Record<string, unknown>) => unknown])[] = [
    ['is a list', () => [1, 2]],
    ['is no object', () => 'text'],
    ['has another schema', (record) => ({ ...record, schema: 'other/1' })],
    ['has no connections', (record) => ({ ...record, connections: undefined })],
    ['has a start that is no date', (record) => ({ ...record, startedOn: 'yesterday' })],
    [
      'has a start beyond all dates',
      (record) => ({ ...record, startedOn: '+275000-01-01T00:00:00Z' }),
    ],
    ['has a time before the start', (record) => ({ ...record, untilS: -1 })],
    ['has a time that is no number', (record) => ({ ...record, untilS: '12' })],
    ['has an endless time', (record) => ({ ...record, untilS: 1e300 })],
    ['has a name that is no text', (record) => withConnection(record, { name: { toString: 'x' } })],
    [
      'has a token of one number',
      (record) => withConnection(record, { lanes: [{ token: 'id', tokens: [[1]], episodes: [] }] }),
    ],
    [
      'has a token of an unknown kind',
      (record) =>
        withConnection(record, { lanes: [{ token: 'refresh', tokens: [], episodes: [] }] }),
    ],
    [
      'has an access token without a scope',
      (record) =>
        withConnection(record, { lanes: [{ token: 'access', tokens: [], episodes: [] }] }),
    ],
  ];
  for (const [what, change] of misfits) {
    it(`that ${what} is refused, and does not fit the schema`, () => {
      const read = reading(change);
      assert.equal(read.kind, 'unreadable');
      const changed = change(goodRecord());
      if (!what.includes('start that') && !what.includes('beyond'))
        assert.equal(isTimeline(JSON.parse(JSON.stringify(changed))), false);
    });
  }

  it('that is no JSON is refused', () => {
    assert.deepEqual(readTimeline('{"schema":'), { kind: 'unreadable', why: 'it is not JSON' });
  });

  it('with __proto__ in it changes nothing but itself', () => {
    const text = JSON.stringify(goodRecord()).replace(
      '"Terraform":',
      '"__proto__":[[0,1,1,1]],"Terraform":',
    );
    const read = readTimeline(text.replace('{"schema"', '{"__proto__":{"polluted":true},"schema"'));
    assert.ok(read.kind === 'timeline');
    assert.equal(Reflect.get({}, 'polluted'), undefined);
    const names = read.timeline.connections[0]?.kinds.map(({ name }) => name);
    assert.deepEqual(names, ['__proto__', 'Terraform', 'Azure CLI']);
  });

  it('with more of anything than a job can leave is refused', () => {
    const many = Array.from({ length: 2_001 }, () => ({ fromS: 1, code: 'X_Y', failures: 1 }));
    const read = reading((record) =>
      withConnection(record, { lanes: [{ token: 'id', tokens: [], episodes: many }] }),
    );
    assert.deepEqual(read, { kind: 'unreadable', why: 'it holds more than 2000 of a part' });
  });

  it('with more connections than the page shows is cut, and says so', () => {
    const read = reading((record) => {
      const [first] = record['connections'] as readonly unknown[];
      return { ...record, connections: Array.from({ length: 5_000 }, () => first) };
    });
    assert.ok(read.kind === 'timeline');
    assert.equal(read.timeline.connections.length, 200);
    assert.equal(read.timeline.left.connections, 4_800);
  });
});

function withConnection(record: Record<string, unknown>, change: object): RecordBody {
  const [first = {}] = record['connections'] as readonly object[];
  return {
    ...record,
    schema: 'workload-identity.timeline/1',
    connections: [{ ...first, ...change }],
  };
}
