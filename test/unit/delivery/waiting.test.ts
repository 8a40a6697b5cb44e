import assert from 'node:assert/strict';
import { logWhileWaiting } from '../../../src/delivery/waiting.ts';
import type { Waiting } from '../../../src/upstream/retry-policy.ts';
import { aFailure, later, minutes, seconds } from '../../support/builders.ts';
import { FakeClock } from '../../support/fakes.ts';

interface Line {
  readonly text: string;
  readonly atMs: number;
}

async function played(
  tookMs: number,
  troubleAt: (ms: number) => Waiting | undefined,
  lookTakesMs = 0,
): Promise<readonly Line[]> {
  const clock = new FakeClock();
  const beganMs = clock.monotonicMs();
  const since = (): number => clock.monotonicMs() - beganMs;
  const lines: Line[] = [];
  const done = logWhileWaiting(
    {
      what: 'a token',
      work: clock.sleep(tookMs),
      endsOn: later(minutes(3)),
      trouble: async () => {
        await clock.sleep(lookTakesMs);
        return troubleAt(since());
      },
    },
    {
      say: (text) => void lines.push({ text, atMs: since() }),
      showGuide: (text) => void lines.push({ text, atMs: since() }),
    },
    clock,
  );
  await clock.advance(tookMs);
  await done;
  const spoken = lines.length;
  await clock.advance(minutes(1));
  assert.equal(lines.length, spoken, 'a line came after the end');
  assert.equal(clock.sleeping, 0);
  return lines;
}

const outage: Waiting = { failure: aFailure(), until: later(seconds(100)) };
const settling = aFailure({
  code: 'AADSTS700213',
  kind: 'settling',
  cure: { connection: 'shop', clientId: 'an-id', issuer: 'the-issuer', subject: 'the-subject' },
});

describe('what a step waits for', () => {
  it('is not spoken of while it is quick', async () => {
    assert.deepEqual(await played(seconds(5), () => outage), []);
  });

  for (const lookTakesMs of [0, 1_500, 3_000]) {
    it(`is never silent for more than 10 s at first, and 30 s later (${lookTakesMs} ms a look)`, async () => {
      const lines = await played(seconds(119), () => outage, lookTakesMs);
      const times = [0, ...new Set(lines.map(({ atMs }) => atMs))];
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      assert.ok(times.length >= 5 && times.length <= 8, String(times));
      assert.ok((gaps[0] ?? 0) <= seconds(10), String(gaps));
      assert.ok(Math.max(...gaps) <= seconds(30), String(gaps));
    });
  }

  it('is named with the cause, its code, until when it is tried, and at the end that it came', async () => {
    const lines = (await played(seconds(12), () => outage)).map(({ text }) => text);
    assert.match(
      lines[0] ?? '',
      /^Waiting for a token \(6 s\): .+out of order\. \(DEVOPS_UNAVAILABLE\)/,
    );
    assert.match(lines[0] ?? '', /Tried again until 12:01:40 UTC\.$/);
    assert.equal(lines.at(-1), 'Came after 12 s: a token.');
  });

  it('has an end also where nobody knows a cause', async () => {
    const [line] = await played(seconds(12), () => undefined);
    assert.match(line?.text ?? '', /no answer yet; given up at 12:03:00 UTC at the latest\.$/);
  });

  it('is named at once, with its guide and once only, where it may be a mistake', async () => {
    const lines = await played(seconds(20), (ms) =>
      ms < seconds(1) ? undefined : { failure: settling, until: later(seconds(60)) },
    );
    assert.ok((lines[0]?.atMs ?? Infinity) <= seconds(3), JSON.stringify(lines));
    assert.match(lines[0]?.text ?? '', /AADSTS700213.+If it is new, it takes a while to arrive/);
    const guides = lines.filter(({ text }) => text.includes('issuer    the-issuer'));
    assert.equal(guides.length, 1);
  });

  it('leaves a failure to whoever waits', async () => {
    const clock = new FakeClock();
    const work = clock.sleep(seconds(8)).then(() => Promise.reject(aFailure()));
    const lines: string[] = [];
    const waited = logWhileWaiting(
      { what: 'a token', work, endsOn: later(minutes(1)), trouble: () => undefined },
      { say: (line) => void lines.push(line), showGuide: () => assert.fail() },
      clock,
    );
    const rejected = assert.rejects(waited, { code: 'DEVOPS_UNAVAILABLE' });
    await clock.advance(seconds(8));
    await rejected;
    assert.equal(lines.length, 1);
  });
});
