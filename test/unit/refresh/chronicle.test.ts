import assert from 'node:assert/strict';
import type { TimelineRecord } from '../../../src/wire/timeline.ts';
import { minutes, seconds } from '../../support/builders.ts';
import { ChronicledJob, failure, gapsIn, hours } from '../../support/chronicled-job.ts';

describe('The chronicle of a job', () => {
  it('says from when each token was in hand, and until when it was good', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    connection.minted('ID token', minutes(10));
    await job.clock.advance(seconds(118.4));
    connection.minted('ID token', minutes(10));
    connection.minted({ scope: 's' }, hours(1));
    const [id, access] = job.record().connections[0]?.lanes ?? [];
    assert.deepEqual(id, {
      token: 'id',
      tokens: [
        [0, 600],
        [118, 718],
      ],
      spans: [],
      episodes: [],
    });
    assert.deepEqual(access, {
      token: 'access',
      scope: 's',
      tokens: [[118, 3_718]],
      spans: [],
      episodes: [],
    });
  });

  it('tells failures that follow each other as one time of trouble, until a token comes', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    await job.clock.advance(seconds(10));
    connection.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
    await job.clock.advance(seconds(5));
    connection.failed(failure('DEVOPS_THROTTLED', { retryAfterMs: 30_000 }), 'ID token');
    await job.clock.advance(seconds(30));
    connection.minted('ID token', minutes(10));
    connection.failed(failure('JOB_TOKEN_REFUSED', { kind: 'definite' }), 'ID token');
    assert.deepEqual(job.lane().episodes, [
      {
        fromS: 10,
        untilS: 45,
        code: 'DEVOPS_THROTTLED',
        failures: 2,
        retryAfterS: 30,
        throttled: true,
      },
      { fromS: 45, code: 'JOB_TOKEN_REFUSED', failures: 1 },
    ]);
  });

  it('holds passing trouble of Entra to be over for all scopes, and a no for its own only', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    connection.failed(failure('ENTRA_UNAVAILABLE'), { scope: 'a' });
    connection.failed(failure('AADSTS500011', { kind: 'definite' }), { scope: 'b' });
    await job.clock.advance(seconds(7));
    connection.minted('ID token', minutes(10));
    connection.minted({ scope: 'c' }, hours(1));
    const episodes = job.record().connections[0]?.lanes.map((lane) => lane.episodes[0]?.untilS);
    assert.deepEqual(episodes, [7, undefined, undefined, undefined]);
  });

  it('holds a certificate or a proxy that was wrong to be right again for all scopes', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    connection.failed(failure('ENTRA_UNAVAILABLE', { kind: 'misconfigured' }), { scope: 'a' });
    await job.clock.advance(seconds(7));
    connection.minted({ scope: 'b' }, hours(1));
    const [lane] = job.record().connections[0]?.lanes ?? [];
    assert.equal(lane?.episodes[0]?.untilS, 7);
  });

  it('counts answers by kind of client, in buckets that widen with the job', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    connection.answered('Terraform', false, 12);
    connection.answered('Terraform', true, 2_140);
    await job.clock.advance(hours(4));
    connection.answered('Terraform', false, 8);
    const [shop] = job.record().connections;
    assert.ok(shop);
    assert.deepEqual(shop.answers, {
      bucketS: 64,
      kinds: {
        Terraform: [
          [0, 2, 1, 2_140],
          [225, 1, 0, 8],
        ],
      },
    });
    assert.deepEqual(shop.longestWait, { ms: 2_140, atS: 0, kind: 'Terraform' });
  });

  it('warns of each thing once', () => {
    const job = new ChronicledJob();
    job.chronicle.open('a');
    const connection = job.chronicle.open('b');
    connection.warn('CLOCK_AHEAD', 125);
    connection.warn('CLOCK_AHEAD', 126);
    assert.deepEqual(job.record().warnings, [
      { code: 'CLOCK_AHEAD', atS: 0, seconds: 125, connection: 1 },
    ]);
  });

  it('turns nothing around when the clock of the agent is set back', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    await job.clock.advance(minutes(2));
    connection.minted('ID token', minutes(10));
    job.clock.jump(-hours(1));
    await job.clock.advance(minutes(2));
    connection.minted('ID token', minutes(10));
    assert.deepEqual(job.lane().tokens, [
      [120, 720],
      [240, 840],
    ]);
  });
});

describe('The chronicle of a successor', () => {
  it('goes on with what the broker before had written down', async () => {
    const first = new ChronicledJob();
    const before = first.chronicle.open('shop');
    before.minted('ID token', minutes(10));
    before.answered('Terraform', false, 12);
    before.warn('ISSUER_RETIRES');
    await first.clock.advance(minutes(9));
    before.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
    const journal = first.record(false);
    await first.clock.advance(minutes(3));
    const second = new ChronicledJob(journal, first.clock);
    const after = second.chronicle.open('shop');
    second.chronicle.open('other');
    await first.clock.advance(minutes(1));
    after.minted('ID token', minutes(10));
    after.answered('Terraform', false, 30);
    const record = second.record();
    assert.deepEqual(record.brokers, [
      { fromS: 0, untilS: 540, end: 'unknown' },
      { fromS: 720, untilS: 780, end: 'asked to' },
    ]);
    assert.equal(record.startedOn, journal.startedOn);
    assert.deepEqual(
      record.connections.map(({ name, fromS }) => [name, fromS]),
      [
        ['shop', 0],
        ['other', 720],
      ],
    );
    const [shop] = record.connections;
    const [lane] = shop?.lanes ?? [];
    assert.ok(shop && lane);
    assert.deepEqual(lane.tokens, [
      [0, 600],
      [780, 1_380],
    ]);
    assert.deepEqual(
      lane.episodes.map(({ fromS, untilS }) => [fromS, untilS]),
      [[540, 780]],
    );
    assert.deepEqual(gapsIn(record), [[600, 780]]);
    assert.equal(
      shop.answers.kinds['Terraform']?.reduce((sum, [, n = 0]) => sum + n, 0),
      2,
    );
    assert.equal(record.warnings.length, 1);
  });

  it('knows a connection again whose name is longer than the record takes', () => {
    const name = `${'\u{1f511}'.repeat(90)} (step Sign in)`;
    const first = new ChronicledJob();
    first.chronicle.open(name);
    const second = new ChronicledJob(first.record(false), first.clock);
    second.chronicle.open(name);
    assert.equal(second.record().connections.length, 1);
  });

  it('keeps what the first one told as one', async () => {
    const first = new ChronicledJob();
    const connections = Array.from({ length: 100 }, (_, index) =>
      first.chronicle.open(`c${index}`),
    );
    for (let minute = 0; minute < 400; minute += 1) {
      for (const each of connections) each.minted('ID token', minutes(10));
      await first.clock.advance(minutes(1));
    }
    const journal = first.record(false);
    const second = new ChronicledJob(journal, first.clock);
    for (let index = 0; index < 100; index += 1) second.chronicle.open(`c${index}`);
    const tokens = (record: TimelineRecord): number =>
      record.connections.reduce(
        (sum, { lanes }) =>
          sum +
          lanes.reduce(
            (of, lane) => of + lane.tokens.length + lane.spans.reduce((n, [, , m = 0]) => n + m, 0),
            0,
          ),
        0,
      );
    assert.equal(tokens(journal), 40_000);
    assert.equal(tokens(second.record()), 40_000);
  });
});
