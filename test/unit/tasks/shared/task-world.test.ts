import assert from 'node:assert/strict';
import { remembered } from '../../../../src/session/remembered.ts';
import { join } from '../../../../tasks/shared/task-world.ts';
import {
  aServiceConnection,
  ids,
  jobAccessToken,
  jobVariables,
} from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings } from '../../../support/fake-agent.ts';
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

describe('what a main step remembers', () => {
  it('stands under names that differ', () => {
    const names = Object.values(remembered);
    assert.equal(new Set(names).size, names.length);
  });
});
