import fc from 'fast-check';
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { maxInChronicle } from '../../../src/refresh/chronicle.ts';
import type { Held } from '../../../src/refresh/connection-chronicle.ts';
import { minutes, seconds } from '../../support/builders.ts';
import { ChronicledJob, failure, gapsIn, hours } from '../../support/chronicled-job.ts';

const day = hours(24);

describe('The chronicle is bounded', () => {
  it('for 48 hours and 200 connections, and hides no time without a token', async function () {
    this.timeout(120_000);
    const job = new ChronicledJob();
    const connections = Array.from({ length: 200 }, (_, index) => job.chronicle.open(`c${index}`));
    const outages: [number, number][] = [];
    for (let minute = 0; minute < 48 * 60; minute += 2) {
      // Once in twelve hours nobody gets a token for half an hour.
      const isOut = minute % 720 >= 600 && minute % 720 < 630;
      for (const each of connections) {
        if (isOut) each.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
        else each.minted('ID token', minutes(10));
      }
      if (minute % 720 === 630) outages.push([(minute - 32 + 10) * 60, minute * 60]);
      await job.clock.advance(minutes(2));
    }
    const record = job.record();
    assert.deepEqual(
      gapsIn(record),
      connections.flatMap(() => outages),
    );
    assert.equal(record.left.tokens, 0);
    const rows = record.connections.flatMap(({ lanes }) =>
      lanes.flatMap(({ tokens, spans }) => [...tokens, ...spans]),
    );
    assert.ok(rows.length <= maxInChronicle.tokens, `${rows.length} rows`);
    const all = record.connections.flatMap(({ lanes }) =>
      lanes.flatMap(({ tokens, spans }) => [
        ...tokens.map(() => 1),
        ...spans.map(([, , n = 0]) => n),
      ]),
    );
    assert.equal(
      all.reduce((sum, n) => sum + n, 0),
      200 * (1_440 - 4 * 15),
    );
  });

  it('for a million answers to a thousand kinds of clients', () => {
    const job = new ChronicledJob();
    const connections = Array.from({ length: 50 }, (_, index) => job.chronicle.open(`c${index}`));
    for (let answer = 0; answer < 1_000_000; answer += 1) {
      if (answer % 100 === 0) job.clock.pass(seconds(10));
      connections[answer % 50]?.answered(`kind ${answer % 1_000}`, answer % 7 === 0, answer % 300);
    }
    const record = job.record();
    const counted = record.connections.reduce(
      (sum, { answers }) =>
        sum +
        Object.values(answers.kinds)
          .flat()
          .reduce((of, [, n = 0]) => of + n, 0),
      0,
    );
    assert.equal(counted + record.left.answers, 1_000_000);
  }).timeout(60_000);

  it('for an outage of a day in which every request fails', async () => {
    const job = new ChronicledJob();
    const connection = job.chronicle.open('shop');
    connection.minted('ID token', minutes(10));
    for (let second = 0; second < day / 1_000; second += 5) {
      connection.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
      job.clock.pass(seconds(5));
    }
    await job.clock.advance(0);
    const record = job.record();
    assert.deepEqual(gapsIn(record), [[600, 86_400]]);
    assert.deepEqual(job.lane().episodes, [
      { fromS: 0, code: 'DEVOPS_UNAVAILABLE', failures: 17_280 },
    ]);
  });

  it('for names that are long, scopes without number, and connections beyond all reason', () => {
    const job = new ChronicledJob();
    for (let index = 0; index < 300; index += 1) {
      const connection = job.chronicle.open(`${'\u{1f511}"\\'.repeat(200)}${index}`);
      for (let scope = 0; scope < 10; scope += 1)
        connection.minted({ scope: `${index} ${scope} ${'é'.repeat(300)}` }, hours(1));
      for (let kind = 0; kind < 20; kind += 1) connection.answered(`kind ${kind}`, false, 1);
    }
    const { left, connections } = job.record();
    assert.equal(connections.length, maxInChronicle.connections);
    assert.equal(left.connections, 100);
    assert.ok(left.lanes > 0 && left.answers > 0);
  });

  it('takes less than a megabyte of memory when it is full', () => {
    // Compiled code, and what else a first time costs, is not the chronicle's.
    fullChronicle();
    // What other tests leave behind may be collected at any time, so the middle one counts.
    const sizes = Array.from({ length: 3 }, () => {
      const before = collected();
      const jobs = Array.from({ length: 4 }, fullChronicle);
      const size = (collected() - before) / jobs.length;
      for (const { chronicle } of jobs) assertFull(chronicle.held);
      return size;
    });
    const [, size = Infinity] = sizes.sort((one, other) => one - other);
    assert.ok(size < 1_000_000, `${sizes.join(', ')} bytes`);
  }).timeout(120_000);

  it('and right, whatever happens in whatever order', () => {
    const step = fc.record({
      afterS: fc.integer({ min: 1, max: 1_500 }),
      isGood: fc.boolean(),
      lifeS: fc.integer({ min: 1, max: 3_000 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const job = new ChronicledJob();
        const connection = job.chronicle.open('shop');
        // The same reckoning, second by second.
        const good = new Set<number>();
        let [atS, fromS] = [0, -1];
        for (const { afterS, isGood, lifeS } of steps) {
          job.clock.pass(seconds(afterS));
          atS += afterS;
          if (fromS < 0) fromS = atS;
          if (isGood) {
            connection.minted('ID token', seconds(lifeS));
            for (let second = atS; second < atS + lifeS; second += 1) good.add(second);
          } else connection.failed(failure('DEVOPS_UNAVAILABLE'), 'ID token');
        }
        const found = new Set(
          gapsIn(job.record()).flatMap(([from, until]) =>
            Array.from({ length: until - from }, (_, second) => from + second),
          ),
        );
        for (let second = Math.max(0, fromS); second < atS; second += 1)
          assert.equal(found.has(second), !good.has(second), `second ${second}`);
      }),
      { numRuns: 60 },
    );
  }).timeout(60_000);
});

/** As many connections, scopes, tokens and times of trouble as a chronicle holds, and more. */
function fullChronicle(): ChronicledJob {
  const job = new ChronicledJob();
  const connections = Array.from({ length: 201 }, (_, index) =>
    job.chronicle.open(`${'\u{1f511}'.repeat(60)}${index}`),
  );
  for (let round = 0; round < 36; round += 1) {
    job.clock.pass(seconds(30));
    for (const [index, each] of connections.entries()) {
      each.minted('ID token', seconds(20));
      each.minted({ scope: `${index} ${'é'.repeat(120)}` }, seconds(45));
      for (const kind of ['Terraform', 'Azure CLI']) each.answered(kind, false, 4);
      if (round % 6 === 0) each.failed(failure('DEVOPS_THROTTLED'), 'ID token');
    }
  }
  return job;
}

/** Answers are counted in wider and wider buckets, so up to half of their room may be free. */
function assertFull(held: Readonly<Record<Held, number>>): void {
  for (const [part, count] of Object.entries(held)) {
    const max = maxInChronicle[part as Held];
    assert.ok(count <= max && count >= 0.5 * max, `${count} of ${max} ${part}`);
  }
}

/** Bytes on the heap and in buffers, after garbage has been taken away. */
function collected(): number {
  setFlagsFromString('--expose-gc');
  // Buffers are freed beside the collector: one that runs again waits for that.
  for (let time = 0; time < 3; time += 1) runInNewContext('gc()');
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
