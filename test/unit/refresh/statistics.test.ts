import { deepEqual, equal } from 'node:assert/strict';
import { Tally } from '../../../src/refresh/statistics.ts';
import { aFailure, noon, seconds } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

const scope = 'https://management.azure.com/.default';

describe('the tally of a connection', () => {
  it('begins with nothing', () => {
    deepEqual(new Tally('production', new FakeClock()).report(), {
      name: 'production',
      idTokens: 0,
      accessTokens: 0,
      failedRequests: 0,
      served: {},
      refusedAnswers: 0,
      longestWaitMs: 0,
    });
  });

  it('counts tokens, answers by kind of client, refusals, and keeps the longest wait', () => {
    const tally = new Tally('production', new FakeClock());
    tally.minted('ID token');
    tally.minted({ scope });
    tally.minted({ scope });
    tally.answered('Azure CLI', false, 12.4);
    tally.answered('Azure CLI', true, 3);
    tally.answered('curl', false, 1);
    const { idTokens, accessTokens, served, refusedAnswers, longestWaitMs } = tally.report();
    deepEqual(
      [idTokens, accessTokens, served, refusedAnswers, longestWaitMs],
      [1, 2, { 'Azure CLI': 2, curl: 1 }, 1, 12],
    );
  });

  it('keeps the last failure, and whether it is over', async () => {
    const clock = new FakeClock();
    const tally = new Tally('production', clock);
    tally.failed(aFailure({ code: 'DEVOPS_THROTTLED' }), 'ID token');
    await clock.advance(seconds(1));
    tally.failed(aFailure(), 'ID token');
    const { message, remedy } = aFailure();
    const failure = { code: 'DEVOPS_UNAVAILABLE', message, remedy } as const;
    const on = new Date(noon.getTime() + 1_000).toISOString();
    deepEqual(tally.report().lastFailure, { ...failure, on, isOver: false });
    tally.minted('ID token');
    equal(tally.report().lastFailure?.isOver, true);
    equal(tally.report().failedRequests, 2);
  });

  const other = { scope: 'https://storage.azure.com/.default' };
  const endings = [
    ['passing trouble of Entra', 'transient', 'ID token', false],
    ['passing trouble of Entra', 'transient', { scope }, true],
    ['passing trouble of Entra', 'transient', other, true],
    ['a definite no of Entra', 'definite', 'ID token', false],
    ['a definite no of Entra', 'definite', other, false],
    ['a definite no of Entra', 'definite', { scope }, true],
  ] as const;
  for (const [what, kind, success, isOver] of endings) {
    const token = success === 'ID token' ? 'an ID token' : `a token for ${success.scope}`;
    it(`holds ${what} to be ${isOver ? 'over' : 'still there'} when ${token} was had`, () => {
      const tally = new Tally('production', new FakeClock());
      tally.failed(aFailure({ kind }), { scope });
      tally.minted(success);
      equal(tally.report().lastFailure?.isOver, isOver);
    });
  }

  it('tells 20 kinds of clients apart and no more, whatever clients call themselves', () => {
    const tally = new Tally('production', new FakeClock());
    for (let kind = 0; kind < 1_000; kind += 1) tally.answered(`kind ${kind}`, false, 0);
    const { served } = tally.report();
    equal(Object.keys(served).length, 21);
    equal(served['other program'], 980);
  });
});
