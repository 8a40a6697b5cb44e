import { strToU8, zipSync } from 'fflate';
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent } from './agent.ts';
import { canTranslatePaths } from './container.ts';
import { TestAgent, fixtures, identity } from './test-agent.ts';

const library = join(fixtures, 'probe');

describe('a kind of job', () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  const steps = (record: string): object => ({
    steps: [{ task: 'Probe@1', inputs: { record: agent.path(record) } }],
  });

  it('deployment is a build with an environment', async () => {
    await agent.run(steps('deployment'), { profile: 'deployment' });
    const { env } = agent.record('deployment');
    equal(env['SYSTEM_HOSTTYPE'], 'build');
    equal(env['ENVIRONMENT_NAME'], 'production');
  });

  for (const [profile, hostType] of [
    ['release', 'release'],
    ['deployment-group', 'deployment'],
  ] as const) {
    it(`${profile} has no access token variable and another server`, async () => {
      const report = await agent.run(steps(profile), { profile });
      equal(report.result, 'Succeeded');
      const { env, cwd } = agent.record(profile);
      equal(env['SYSTEM_HOSTTYPE'], hostType);
      equal(env['SECRET_SYSTEM_ACCESSTOKEN'], undefined);
      equal(env['SYSTEM_ENABLEACCESSTOKEN'], 'False');
      equal(env['RELEASE_RELEASEID'], '77');
      equal(env['BUILD_BUILDID'], undefined);
      equal(env['SYSTEM_TEAMFOUNDATIONSERVERURI'], 'https://vsrm.localhost/contoso/');
      equal(env['SYSTEM_COLLECTIONURI'], identity.collectionUri);
      equal(env['ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN'], identity.accessToken);
      equal(cwd, env['SYSTEM_ARTIFACTSDIRECTORY']);
      match(cwd, /\/r1\/a$/);
      match(report.log, /\[release\.releaseId\] --> \[77\]/);
      equal(agent.record(`${profile}.post`).env['SYSTEM_HOSTTYPE'], hostType);
    });
  }

  it('container puts a process between worker and step, and translates paths where it can', async () => {
    const run = agent.start(
      {
        steps: [
          { task: 'Probe@1', inputs: { record: agent.path('inside'), action: 'daemon' } },
          {
            script:
              'echo hi > $AGENT_TEMPDIRECTORY/f; echo "##vso[task.uploadsummary]$AGENT_TEMPDIRECTORY/f"',
          },
        ],
      },
      { profile: 'container' },
    );
    const report = await run.finished;
    equal(report.result, 'Succeeded', report.log);
    const {
      ppid,
      env,
      arguments: [, script],
    } = agent.record('inside');
    notEqual(ppid, run.workerPid);
    equal(report.summaries[0], 'hi\n');
    equal(report.lingering.processes.length, 1);
    ok(!report.log.includes('Terminate orphan process'));
    if (canTranslatePaths()) {
      equal(env['AGENT_TEMPDIRECTORY'], '/__w/_temp');
      match(script ?? '', /^\/__w\/_tasks\//);
    }
  });

  it('container runs a step beside it where its target says so', async () => {
    const where = 'echo "temp $AGENT_TEMPDIRECTORY parent $PPID"';
    const run = agent.start(
      {
        steps: [
          { script: where, target: 'host' },
          { script: where, target: { container: 'host' } },
          { script: where },
        ],
      },
      { profile: 'container' },
    );
    const report = await run.finished;
    const beside = `temp ${agent.root}/agent/_work/_temp parent ${run.workerPid}`;
    deepEqual(
      report.steps.map(({ lines }) => lines.includes(beside)),
      [true, true, false],
    );
  });

  it('build of a fork gives no service connection: tasks that name one are skipped', async () => {
    const report = await agent.run(
      {
        steps: [
          { task: 'Probe@1', inputs: { azureSubscription: 'azure connection' } },
          { task: 'Probe@1' },
          { script: 'echo goes on' },
        ],
      },
      { variables: { 'System.PullRequest.IsFork': 'True' } },
    );
    equal(report.result, 'Succeeded');
    deepEqual(
      report.steps.map(({ phase, result }) => `${phase}: ${result}`),
      ['main: Skipped', 'main: Succeeded', 'main: Succeeded', 'post: Succeeded', 'post: Skipped'],
    );
  });

  it('container gives no signals', async () => {
    const pipeline = { steps: [{ task: 'Probe@1', inputs: { action: 'stubborn' } }] };
    const run = await agent.startUntil(pipeline, 'hanging', { profile: 'container' });
    run.cancel();
    const report = await run.finished;
    equal(report.steps[0]?.result, 'Canceled');
    ok(!report.log.includes('SIGINT'));
  });
});

describe('the tasks of a package', () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  it('are unpacked and run from there', async () => {
    const vsix = agent.path('some.vsix');
    const contribution = {
      type: 'ms.vss-distributed-task.task',
      properties: { name: 'Tasks/Probe' },
    };
    const files = ['task.json', 'probe.mjs', 'probe-post.mjs'].map(
      (name) =>
        [`Tasks/Probe/V1/${name}`, new Uint8Array(readFileSync(join(library, name)))] as const,
    );
    const manifest = strToU8(JSON.stringify({ contributions: [contribution] }));
    writeFileSync(
      vsix,
      zipSync({ 'extension.vsomanifest': manifest, ...Object.fromEntries(files) }),
    );
    const packaged = createAgent({
      root: agent.path('packaged'),
      vsix,
      environment: { PATH: process.env['PATH'] ?? '' },
    });
    const steps = [{ task: 'Probe@1', inputs: { lines: 'from the package' } }];
    const report = await packaged.startJob({ pipeline: { steps }, job: identity }).finished;
    equal(report.result, 'Succeeded', report.log);
    ok(report.log.includes('from the package'));
    equal(report.steps[0]?.node, process.execPath);
  });
});
