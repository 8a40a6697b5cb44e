import assert from 'node:assert/strict';
import { readTimeline } from '../../../tab/read-timeline.ts';
import { statementsOf } from '../../../tab/sentences.ts';
import { goodRecord, idTokens, outageRecord } from '../../tab/support/records.ts';

function sentences(record: object): readonly string[] {
  const read = readTimeline(JSON.stringify(record));
  if (read.kind !== 'timeline') throw new Error(JSON.stringify(read));
  return statementsOf(read.timeline).map(({ tone, text }) => `${tone}: ${text}`);
}

function withEpisodes(...episodes: readonly object[]): object {
  const record = goodRecord();
  const lanes = [{ token: 'id', tokens: idTokens(1, 2_592), episodes }];
  const connection = { name: 'shop', fromS: 0, lanes, answers: { bucketS: 60, kinds: {} } };
  return { ...record, connections: [connection] };
}

describe('The first words about a job', () => {
  it('say that all is well, with what there was', () => {
    assert.deepEqual(
      sentences(goodRecord())[0],
      'good: Every token was good for as long as it was wanted: 22 ID tokens and 2 access tokens for 1 service connection in 43 min 12 s.',
    );
  });

  it('name start, length and code of a time without a good token', () => {
    assert.equal(
      sentences(outageRecord())[0],
      'bad: contoso-production: no good ID token from 09:36:01 for 4 min 59 s (DEVOPS_UNAVAILABLE).',
    );
  });

  it('say of what passed unnoticed that it did', () => {
    const [, first] = sentences(
      withEpisodes({
        fromS: 600,
        untilS: 660,
        code: 'DEVOPS_THROTTLED',
        failures: 4,
        retryAfterS: 30,
        throttled: true,
      }),
    );
    assert.equal(
      first,
      'warning: shop: asking for the ID token failed from 09:10:00 (DEVOPS_THROTTLED, 4 throttled requests, asked to wait for up to 30 s); it passed after 1 min, and the token in hand stayed good.',
    );
  });

  it('say that the job outlived its own access token', () => {
    assert.ok(
      sentences({ ...goodRecord(), tokenEndsS: 2_000 })[0]?.startsWith(
        "bad: The job's own access token ended at 09:33:20, 9 min 52 s before the job",
      ),
    );
  });

  it('say that a broker was replaced, and that a record was left by one that is gone', () => {
    const brokers = [
      { fromS: 0, untilS: 600, end: 'unknown' },
      { fromS: 660, untilS: 2_592, end: 'unknown' },
    ];
    const all = sentences({ ...goodRecord(), brokers, isComplete: false });
    assert.ok(
      all.some((each) =>
        /^warning: The broker ended at about 09:10:00 .* took over at 09:11:00\.$/.test(each),
      ),
    );
    assert.ok(
      all.some((each) => each.startsWith('warning: The broker was gone before the job ended')),
    );
  });

  const warnings: readonly (readonly [object, RegExp])[] = [
    [
      { code: 'ISSUER_RETIRES', atS: 3, connection: 0 },
      /contoso-production: .* retires on 2027-07-01/,
    ],
    [{ code: 'CLOCK_AHEAD', atS: 3, seconds: 125 }, /2 min 5 s ahead of/],
    [{ code: 'CLOCK_BEHIND', atS: 3, seconds: 125 }, /2 min 5 s behind/],
    [{ code: 'FILE_NOT_WRITTEN', atS: 3, connection: 0 }, /could not be written into its file/],
    [{ code: 'constructor', atS: 3 }, /does not know: constructor/],
  ];
  for (const [warning, words] of warnings) {
    it(`explain the warning ${JSON.stringify(warning)}`, () => {
      const all = sentences({ ...goodRecord(), warnings: [warning] });
      assert.ok(
        all.some((each) => each.startsWith('warning: ') && words.test(each)),
        all.join('\n'),
      );
    });
  }

  it('are no more than can be read', () => {
    const many = Array.from({ length: 500 }, (_, index) => ({
      fromS: 4 + index * 4,
      untilS: 6 + index * 4,
      code: 'DEVOPS_THROTTLED',
      failures: 1,
    }));
    const all = sentences(withEpisodes(...many));
    assert.equal(all.length, 26);
    assert.equal(all[25], 'plain: 476 more like these are in the table.');
  });
});
