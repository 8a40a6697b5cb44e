import assert from 'node:assert/strict';
import { remembered } from '../../../../src/session/remembered.ts';
import { join, toldWhenSlow } from '../../../../tasks/shared/task-world.ts';
import {
  aServiceConnection,
  ids,
  jobAccessToken,
  jobVariables,
  seconds,
} from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings } from '../../../support/fake-agent.ts';
import { FakeClock } from '../../../support/fakes.ts';
import { TaskBench } from '../../../support/task-bench.ts';

async function joined(settings: AgentSettings = {}): Promise<TaskBench> {
  const bench = new TaskBench();
  await join(aServiceConnection(), {}, bench.world(bench.agent(settings)));
  return bench;
}

describe('joining the broker', () => {
  it('hands over the job and the connection', async () => {
    const start = (await joined()).broker.started[0];
    assert.equal(start?.settings.job.jobId, ids.job);
    assert.equal(start.settings.job.jobAccessToken, jobAccessToken.reveal());
    assert.equal(start.connection.clientId, ids.client);
  });

  it('does without the worker where it cannot be seen, or is gone', async () => {
    const bench = new TaskBench();
    bench.processes.alive.clear();
    await join(aServiceConnection(), {}, bench.world(bench.agent()));
    assert.equal(bench.broker.started[0]?.settings.worker, undefined);
  });

  it('is refused, before anything starts, where the job token would go elsewhere', async () => {
    const bench = new TaskBench();
    const agent = bench.agent({
      jobVariables: jobVariables({ oidcRequestUri: 'https://evil.example/oidctoken' }),
    });
    await rejectionOf(join(aServiceConnection(), {}, bench.world(agent)), 'OIDC_URI_REFUSED');
    assert.deepEqual([bench.broker.started, bench.files.all], [[], []]);
  });
});

describe('a sign-in that is waited for', () => {
  for (const [title, tookMs, lines] of [
    ['is not spoken of while it is quick', seconds(9), 0],
    ['is spoken of once when it takes long', seconds(95), 1],
  ] as const) {
    it(title, async () => {
      const clock = new FakeClock();
      const said: string[] = [];
      const signingIn = clock.sleep(tookMs).then(() => 'signed in');
      const told = toldWhenSlow(signingIn, { say: (line) => void said.push(line) }, clock);
      await clock.advance(tookMs);
      assert.equal(await told, 'signed in');
      await clock.advance(seconds(100));
      assert.equal(said.length, lines);
      assert.equal(clock.sleeping, 0);
    });
  }
});

describe('what a main step remembers', () => {
  it('stands under names that differ', () => {
    const names = Object.values(remembered);
    assert.equal(new Set(names).size, names.length);
  });
});
