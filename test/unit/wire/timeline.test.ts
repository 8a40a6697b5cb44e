import assert from 'node:assert/strict';
import { readTimelineRecord, writtenTimeline } from '../../../src/wire/timeline.ts';
import { minutes } from '../../support/builders.ts';
import { ChronicledJob, failure } from '../../support/chronicled-job.ts';

/** A record with something of everything. */
function aRecord(): Record<string, unknown> {
  const job = new ChronicledJob();
  const connection = job.chronicle.open('shop');
  connection.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
  connection.minted('ID token', minutes(10));
  connection.answered('Terraform', false, 12);
  connection.warn('ISSUER_RETIRES');
  return JSON.parse(JSON.stringify(job.record())) as Record<string, unknown>;
}

describe('The record of the tokens', () => {
  it('is read as it was written', () => {
    const record = aRecord();
    assert.deepEqual(readTimelineRecord(record), record);
  });

  const lane = { tokens: [], spans: [], episodes: [] };
  const connection = { name: 'shop', fromS: 0, lanes: [lane], answers: { bucketS: 1, kinds: {} } };
  const rows: readonly { told: string; field: string; value: unknown }[] = [
    { told: 'a connection that is nothing', field: 'connections', value: [null] },
    {
      told: 'a lane that is nothing',
      field: 'connections',
      value: [{ ...connection, lanes: [null] }],
    },
    {
      told: 'an episode that is nothing',
      field: 'connections',
      value: [{ ...connection, lanes: [{ ...lane, episodes: [null] }] }],
    },
    {
      told: 'buckets of no time, which would be doubled for ever',
      field: 'connections',
      value: [{ ...connection, answers: { bucketS: 0, kinds: {} } }],
    },
    { told: 'a warning that is nothing', field: 'warnings', value: [null] },
    { told: 'a warning that is a list', field: 'warnings', value: [[]] },
    { told: 'a broker that is a text', field: 'brokers', value: ['x'] },
    { told: 'nothing that was left out', field: 'left', value: null },
    { told: 'another schema', field: 'schema', value: 'x' },
  ];
  for (const { told, field, value } of rows) {
    it(`is none with ${told}`, () => {
      assert.equal(readTimelineRecord({ ...aRecord(), [field]: value }), undefined);
    });
  }

  it('is none where its file cannot be read', async () => {
    const read = (): Promise<never> => Promise.reject(new Error('no'));
    assert.equal(await writtenTimeline('timeline.json', { read }), undefined);
  });
});
