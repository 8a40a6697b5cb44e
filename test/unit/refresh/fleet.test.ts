import { deepEqual, equal, ok } from 'node:assert/strict';
import { figuresOf, fleetFigures, loadOf, loginLoop, type Figures } from '../../support/fleet.ts';

describe('a fleet of 10,000 jobs that begin within one minute and last four hours', () => {
  let broker: Figures, longLived: Figures, logins: Figures, native: Figures;
  before(function () {
    this.timeout(120_000);
    [broker, longLived, logins, native] = fleetFigures() as [Figures, Figures, Figures, Figures];
  });

  it('asks for an ID token a job every two minutes, however many calls its tools make', () => {
    const each = broker.total / 10_000;
    ok(each > 4 * 30 && each < 4 * 30 * 1.05, `${each} requests a job`);
    ok(native.total / broker.total > 55, `${native.total / broker.total} times fewer`);
  });

  it('asks once a job where ID tokens are good for a day', () => {
    equal(longLived.total, 10_000);
  });

  it('never asks more in a minute than when all its jobs begin', () => {
    equal(broker.peak, 10_000);
    ok(native.peak > 25 * broker.peak);
  });

  it('drifts apart, where a loop of logins marches in step to the end', () => {
    ok(broker.ratio < 2, `peak to mean ${broker.ratio}`);
    ok(broker.lateRatio < broker.ratio);
    ok(logins.lateRatio > 7.5, `peak to mean ${logins.lateRatio}`);
  });
});

describe('the simulation itself', () => {
  it('counts what can be counted by hand', () => {
    const load = loadOf('two logins', { jobs: 3, lastsMs: 10 * 60_000 }, loginLoop(8 * 60_000));
    equal(figuresOf(load).total, 6);
    deepEqual(load.perMinute, [3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0]);
  });
});
