import { deepEqual, equal } from 'node:assert/strict';
import { Statistics } from '../../../src/refresh/statistics.ts';
import { aFailure, noon, seconds } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

const scope = 'https://management.azure.com/.default';

describe('the statistics of a connection', () => {
  it('begins with nothing', () => {
    deepEqual(new Statistics('production', new FakeClock()).report(), {
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
    const statistics = new Statistics('production', new FakeClock());
    statistics.minted('ID token');
    statistics.minted({ scope });
    statistics.minted({ scope });
    statistics.answered('Azure CLI', false, 12.4);
    statistics.answered('Azure CLI', true, 3);
    statistics.answered('curl', false, 1);
    const { idTokens, accessTokens, served, refusedAnswers, longestWaitMs } = statistics.report();
    deepEqual(
      [idTokens, accessTokens, served, refusedAnswers, longestWaitMs],
      [1, 2, { 'Azure CLI': 2, curl: 1 }, 1, 12],
    );
  });

  it('keeps the last failure, and whether it is over', async () => {
    const clock = new FakeClock();
    const statistics = new Statistics('production', clock);
    statistics.failed(aFailure({ code: 'DEVOPS_THROTTLED' }), 'ID token');
    await clock.advance(seconds(1));
    statistics.failed(aFailure(), 'ID token');
    const { message, remedy } = aFailure();
    const failure = { code: 'DEVOPS_UNAVAILABLE', message, remedy } as const;
    const on = new Date(noon.getTime() + 1_000).toISOString();
    deepEqual(statistics.report().lastFailure, { ...failure, on, isOver: false });
    statistics.minted('ID token');
    equal(statistics.report().lastFailure?.isOver, true);
    equal(statistics.report().failedRequests, 2);
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
      const statistics = new Statistics('production', new FakeClock());
      statistics.failed(aFailure({ kind }), { scope });
      statistics.minted(success);
      equal(statistics.report().lastFailure?.isOver, isOver);
    });
  }

  it('tells 20 kinds of clients apart and no more, whatever clients call themselves', () => {
    const statistics = new Statistics('production', new FakeClock());
    for (let kind = 0; kind < 1_000; kind += 1) statistics.answered(`kind ${kind}`, false, 0);
    const { served } = statistics.report();
    equal(Object.keys(served).length, 21);
    equal(served['other program'], 980);
  });
});
