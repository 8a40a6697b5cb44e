import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Backlog } from '../../../src/external/broker/backlog.ts';

describe('The backlog of the broker', () => {
  it('is worked off in order, a little in each turn of the event loop', async () => {
    const backlog = new Backlog();
    const done: number[] = [];
    for (let index = 0; index < 100; index += 1) backlog.add(() => done.push(index));
    assert.deepEqual(done, []);
    for (let turns = 1; done.length < 100; turns += 1) {
      const before = done.length;
      await nextTurn();
      assert.ok(done.length - before <= 8, `${done.length - before} in turn ${turns}`);
      assert.ok(turns <= 20, `${done.length} after ${turns} turns`);
    }
    assert.deepEqual(
      done,
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it('does more in a turn when it is long', async () => {
    const backlog = new Backlog();
    let done = 0;
    for (let index = 0; index < 10_000; index += 1) backlog.add(() => (done += 1));
    let turns = 0;
    for (; done < 10_000; turns += 1) await nextTurn();
    assert.ok(turns < 500, `${turns} turns`);
  });

  it('takes what is added while it is worked off, and after it was empty', async () => {
    const backlog = new Backlog();
    const done: string[] = [];
    backlog.add(() => backlog.add(() => done.push('meanwhile')));
    while (done.length < 1) await nextTurn();
    backlog.add(() => done.push('later'));
    while (done.length < 2) await nextTurn();
    assert.deepEqual(done, ['meanwhile', 'later']);
  });
});
