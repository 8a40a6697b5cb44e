import assert from 'node:assert/strict';
import type { ToolOutcome, ToolRun } from '../../../../src/ports.ts';
import { remembered } from '../../../../src/session/remembered.ts';
import { join, loggedTools } from '../../../../tasks/shared/task-world.ts';
import {
  aServiceConnection,
  ids,
  jobAccessToken,
  jobVariables,
  minutes,
  seconds,
} from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import { FakeAgent, type AgentSettings } from '../../../support/fake-agent.ts';
import { FakeTools } from '../../../support/fake-tools.ts';
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

describe('a tool that a step runs', () => {
  const slow: ToolRun = {
    program: '/usr/bin/az',
    arguments: ['account', 'set', '--subscription', 'x'],
    environment: {},
    timeoutMs: minutes(3),
  };

  async function run(wanted: ToolRun, outcome: Partial<ToolOutcome>): Promise<FakeAgent> {
    const [agent, clock] = [new FakeAgent(), new FakeClock()];
    const tools = new FakeTools([], async () => {
      await clock.sleep(seconds(50));
      return outcome;
    });
    const done = loggedTools(tools, agent, clock).run(wanted);
    await clock.advance(seconds(50));
    assert.equal((await done).exitCode, outcome.exitCode);
    return agent;
  }

  it('is never silent while it is slow: what, until when, and that it came', async () => {
    const { said } = await run(slow, { exitCode: 0 });
    assert.deepEqual(said, [
      'Waiting for az account set (6 s): no answer yet; given up at 12:03:00 UTC at the latest.',
      'Waiting for az account set (26 s): no answer yet; given up at 12:03:00 UTC at the latest.',
      'Waiting for az account set (46 s): no answer yet; given up at 12:03:00 UTC at the latest.',
      'Came after 50 s: az account set.',
    ]);
  });

  it('has not come where it failed, and is named without its options', async () => {
    const program = 'C:\\Program Files\\PowerShell\\7\\pwsh.exe';
    const { said } = await run({ ...slow, program, arguments: ['-NoLogo'] }, { exitCode: 1 });
    assert.match(said[0] ?? '', /^Waiting for pwsh \(6 s\)/);
    assert.equal(said.length, 3);
  });
});

describe('what a main step remembers', () => {
  it('stands under names that differ', () => {
    const names = Object.values(remembered);
    assert.equal(new Set(names).size, names.length);
  });
});
