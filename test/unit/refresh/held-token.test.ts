import { equal } from 'node:assert/strict';
import { HeldToken, type Lifetime } from '../../../src/refresh/held-token.ts';
import { momentOf } from '../../../src/refresh/refresh-policy.ts';
import { minutes } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

function held(clock: FakeClock, changes: Partial<Lifetime> = {}): HeldToken<string> {
  const lifetime = {
    askedAt: momentOf(clock),
    lifeMs: minutes(10),
    refreshAfterMs: minutes(2),
    issuedMs: clock.now().getTime(),
    oldByMs: 0,
    ...changes,
  };
  return new HeldToken('token', lifetime, clock);
}

describe('a token in hand', () => {
  it('is due before it ends, and ends once', async () => {
    const clock = new FakeClock();
    const token = held(clock);
    equal(token.dueInMs, minutes(2));
    equal(token.leftMs, minutes(10));
    await clock.advance(minutes(3));
    equal(token.dueInMs, -minutes(1));
    equal(token.leftMs, minutes(7));
    await clock.advance(minutes(8));
    equal(token.leftMs, 0);
  });

  it('grows older while the machine is suspended', () => {
    const clock = new FakeClock();
    const token = held(clock);
    clock.jump(minutes(4));
    equal(token.leftMs, minutes(6));
  });

  it('tells by its own date of issue how old a copy of it is, and that a new one is new', async () => {
    const clock = new FakeClock();
    const issuedMs = clock.now().getTime();
    const token = held(clock, { oldByMs: minutes(1) });
    await clock.advance(minutes(3));
    equal(token.ageOf(issuedMs, momentOf(clock)), minutes(4));
    equal(token.ageOf(issuedMs + minutes(4), momentOf(clock)), 0);
    equal(token.ageOf(undefined, momentOf(clock)), 0);
  });

  it('tells of nothing but its copies once it has ended', async () => {
    const clock = new FakeClock();
    const issuedMs = clock.now().getTime();
    const token = held(clock);
    await clock.advance(minutes(11));
    equal(token.ageOf(issuedMs, momentOf(clock)), minutes(11));
    equal(token.ageOf(issuedMs + 1, momentOf(clock)), 0);
  });
});
