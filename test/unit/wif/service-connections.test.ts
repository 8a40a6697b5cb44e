import assert from 'node:assert/strict';
import type { Clock } from '../../../src/ports.ts';
import { lookUntil } from '../../../wif/administration/service-connections.ts';
import type { Web } from '../../../wif/administration/web.ts';
import { connection, record } from './records.ts';

const issuer = 'https://login.example/x/v2.0';
const hasIssuer = (one: { readonly issuer: string | undefined }): boolean =>
  one.issuer !== undefined;

describe('A connection that Azure DevOps still works on', () => {
  const look = async (
    answers: readonly unknown[],
    stopAfterMs = Number.POSITIVE_INFINITY,
  ): Promise<{ issuer: string | undefined; asked: number; pausesMs: readonly number[] }> => {
    let asked = 0;
    const pausesMs: number[] = [];
    let elapsedMs = 0;
    const web: Web = {
      service: 'Azure DevOps',
      send: () => {
        const body = JSON.stringify(answers[Math.min(asked, answers.length - 1)]);
        asked += 1;
        return Promise.resolve({ status: 200, headers: {}, body });
      },
    };
    const clock: Clock = {
      now: () => new Date('2026-11-23T12:00:00Z'),
      monotonicMs: () => elapsedMs,
      sleep: (ms) => {
        pausesMs.push(ms);
        elapsedMs += ms;
        return Promise.resolve();
      },
    };
    const last = await lookUntil(hasIssuer, connection(), {
      ...{ web, clock, waitMs: 300_000 },
      stop: { isWanted: elapsedMs >= stopAfterMs },
    });
    return { issuer: last.issuer, asked, pausesMs };
  };
  const done = record({ parameters: { workloadIdentityFederationIssuer: issuer } });

  it('is looked at again at once, then with pauses, until it is as expected', async () => {
    assert.deepEqual(await look([record(), record(), done]), {
      issuer,
      asked: 3,
      pausesMs: [2_000, 3_000],
    });
  });

  it('is not given up because it is not found at first', async () => {
    assert.equal((await look([null, done])).issuer, issuer);
  });

  it('is looked at for minutes, at most every ten seconds, and told as it is then', async () => {
    const { issuer: last, asked, pausesMs } = await look([record()]);
    const sum = pausesMs.reduce((all, ms) => all + ms, 0);
    assert.deepEqual([last, sum, Math.max(...pausesMs)], [undefined, 300_000, 10_000]);
    assert.equal(asked, pausesMs.length + 1);
  });

  it('is looked at once where the run is to stop', async () => {
    const { asked, pausesMs } = await look([record()], 0);
    assert.deepEqual([asked, pausesMs.length], [1, 0]);
  });
});
