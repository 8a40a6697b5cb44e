import assert from 'node:assert/strict';
import { NetworkTrouble } from '../../../src/ports.ts';
import { backoffMs, isRepeatable, patient } from '../../../wif/administration/patience.ts';
import type { Web, WebAnswer } from '../../../wif/administration/web.ts';

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): WebAnswer => ({
  status,
  headers,
  body: '{}',
});

/** A service that answers so, one after the other, and a clock that only sleeping moves. */
function scene(outcomes: readonly (WebAnswer | NetworkTrouble)[]): {
  readonly web: Web;
  readonly sleeps: number[];
  readonly told: number[];
  readonly sent: () => number;
} {
  const rest = [...outcomes];
  const sleeps: number[] = [];
  const told: number[] = [];
  let nowMs = 0;
  const web: Web = {
    service: 'Azure DevOps',
    send: () => {
      const next = rest.shift() ?? answer(200);
      return next instanceof NetworkTrouble ? Promise.reject(next) : Promise.resolve(next);
    },
  };
  const clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms: number) => {
      sleeps.push(ms);
      nowMs += ms;
      return Promise.resolve();
    },
  };
  const waiting = (_service: string, ms: number): void => void told.push(ms);
  const patience = { clock, chance: { jitter: () => 1 }, waiting };
  return { web: patient(web, patience), sleeps, told, sent: () => outcomes.length - rest.length };
}

describe('Patience', () => {
  it('repeats a question with growing pauses', async () => {
    const { web, sleeps } = scene([answer(503), new NetworkTrouble('connection'), answer(500)]);
    assert.equal((await web.send({ method: 'GET', path: '' })).status, 200);
    assert.deepEqual(sleeps, [1_000, 2_000, 4_000]);
  });

  it('waits as long as it is asked to, and says so', async () => {
    const { web, sleeps, told } = scene([answer(429, { 'retry-after': '7' })]);
    await web.send({ method: 'PUT', path: '' });
    assert.deepEqual(sleeps, [7_000]);
    assert.deepEqual(told, [7_000]);
  });

  it('holds back the next request after a good answer that asks for it', async () => {
    const { web, sleeps } = scene([answer(200, { 'retry-after': '3' })]);
    await web.send({ method: 'GET', path: '' });
    assert.deepEqual(sleeps, []);
    await web.send({ method: 'GET', path: '' });
    assert.deepEqual(sleeps, [3_000]);
  });

  it('never repeats a change that may have been made', async () => {
    for (const outcome of [answer(503), answer(500), answer(408)]) {
      const { web, sent } = scene([outcome, answer(200)]);
      assert.equal((await web.send({ method: 'PUT', path: '' })).status, outcome.status);
      assert.equal(sent(), 1);
    }
    const { web } = scene([new NetworkTrouble('timeout')]);
    await assert.rejects(web.send({ method: 'POST', path: '' }), NetworkTrouble);
  });

  it('ends after six attempts, with the last outcome', async () => {
    const { web, sent } = scene(Array<WebAnswer>(9).fill(answer(503)));
    assert.equal((await web.send({ method: 'GET', path: '' })).status, 503);
    assert.equal(sent(), 6);
  });

  it('does not hope for another certificate, or for the name of a host', () => {
    assert.ok(!isRepeatable({ method: 'GET' }, new NetworkTrouble('certificate')));
    assert.ok(!isRepeatable({ method: 'GET' }, new NetworkTrouble('host name', 'ENOTFOUND')));
    assert.ok(!isRepeatable({ method: 'GET' }, answer(404)));
  });

  it('is never longer than half a minute by itself', () => {
    assert.equal(backoffMs(20, 1), 30_000);
    assert.equal(backoffMs(1, 0), 500);
  });
});
