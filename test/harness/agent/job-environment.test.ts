import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { TestAgent, azure, identity, other } from './test-agent.ts';

const azureKey = azure.id.toLowerCase();

describe('what a step is given', () => {
  const agent = new TestAgent();
  after(() => agent.dispose());

  it('comes from the worker, the step, variables, inputs and endpoints', async () => {
    const report = await agent.run(
      {
        variables: { cloud: 'AzureCloud', nested: '$(cloud)!', 'my.secret': '$(inner)' },
        steps: [
          {
            task: 'probe@1',
            name: 'one',
            env: { STEP_ENV: ' $(nested) ', CLOUD: 'lost' },
            inputs: {
              AZURESUBSCRIPTION: 'Azure Connection',
              record: agent.path('full'),
              lines: '$(nested) $(inner) $(FROM_WORKER) $(nobody)',
              file: 'sub/file.txt',
              undeclared: 'passed',
            },
          },
        ],
      },
      { variables: { inner: { value: 'hush-hush', secret: true } } },
    );
    equal(report.result, 'Succeeded', report.log);
    const { env, ...seen } = agent.record('full');
    equal(env['FROM_WORKER'], 'worker');
    equal(env['STEP_ENV'], 'AzureCloud!');
    equal(env['CLOUD'], 'AzureCloud');
    equal(env['NESTED'], 'AzureCloud!');
    equal(env['INPUT_LINES'], 'AzureCloud! hush-hush worker $(nobody)');
    equal(env['INPUT_FLAG'], 'true');
    equal(env['INPUT_ERRORLINES'], '');
    equal(env['INPUT_UNDECLARED'], 'passed');
    equal(env['INPUT_CONNECTION'], azureKey);
    equal(env['INPUT_FILE'], `${env['BUILD_SOURCESDIRECTORY'] ?? ''}/sub/file.txt`);
    equal(env['SECRET_INNER'], 'hush-hush');
    equal(env['SECRET_MY_SECRET'], 'hush-hush');
    equal(env['SECRET_SYSTEM_ACCESSTOKEN'], identity.accessToken);
    equal(env['SYSTEM_OIDCREQUESTURI'], identity.oidcRequestUri);
    equal(env['AGENT_READONLYVARIABLES'], 'true');
    equal(env['SYSTEM_TASKINSTANCENAME'], 'one');
    match(env['VSTS_PROCESS_LOOKUP_ID'] ?? '', /^vsts_[0-9a-f-]{36}$/);
    equal(env['NODE_CHANNEL_FD'], undefined);
    equal(env['npm_lifecycle_event'], undefined);
    ok(report.log.includes('AzureCloud! *** worker $(nobody)'));
    equal(seen.cwd, env['SYSTEM_DEFAULTWORKINGDIRECTORY']);
    equal(seen.ended, true);
    match(
      seen.arguments[1] ?? '',
      /_work\/_tasks\/Probe_5d1f6a2e-[0-9a-f-]+\/1\.2\.3\/probe\.mjs$/,
    );
  });

  it('has only the endpoints that its inputs name, and the job its own', async () => {
    const run = agent.start(
      {
        steps: [
          { task: 'Probe@1', inputs: { connection: azure.id, record: agent.path('with') } },
          { task: 'Probe@1', inputs: { lines: other.id, record: agent.path('without') } },
        ],
      },
      { variables: { cloud: 'AzureCloud' } },
    );
    deepEqual(run.endpointIds, [azureKey]);
    await run.finished;
    const { env } = agent.record('with');
    equal(env[`ENDPOINT_URL_${azureKey}`], azure.url);
    equal(env[`ENDPOINT_AUTH_SCHEME_${azureKey}`], 'WorkloadIdentityFederation');
    deepEqual(JSON.parse(env[`ENDPOINT_AUTH_${azureKey}`] ?? ''), azure.authorization);
    equal(env[`ENDPOINT_AUTH_PARAMETER_${azureKey}_SERVICEPRINCIPALID`], 'the-client-id');
    equal(env[`ENDPOINT_DATA_${azureKey}_SUBSCRIPTIONID`], 'the-subscription');
    equal(env[`ENDPOINT_DATA_${azureKey}_ENVIRONMENT`], 'AzureCloud');
    equal(env['ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN'], identity.accessToken);
    equal(env['ENDPOINT_URL_SYSTEMVSSCONNECTION'], identity.collectionUri);
    equal(env['ENDPOINT_DATA_SYSTEMVSSCONNECTION'], undefined);
    const endpoints = Object.keys(agent.record('without').env).filter(
      (name) => name.startsWith('ENDPOINT_') && !name.includes('SYSTEMVSSCONNECTION'),
    );
    deepEqual(endpoints, []);
  });

  it('is public for a script, unless the step maps a secret', async () => {
    const report = await agent.run(
      {
        steps: [
          {
            bash: `env -0 > ${agent.path('script')}; echo "token $TOKEN"`,
            env: { TOKEN: '$(System.AccessToken)' },
          },
        ],
      },
      { variables: { plain: 'seen', key: { value: 'hush-hush', secret: true } } },
    );
    const env = agent.environment('script');
    equal(env['PLAIN'], 'seen');
    equal(env['TOKEN'], identity.accessToken);
    equal(env['KEY'], undefined);
    const hidden = /^(INPUT_|ENDPOINT_AUTH|SECRET_|VSTS_(PUBLIC|SECRET|TASK))/;
    deepEqual(
      Object.keys(env).filter((name) => hidden.test(name)),
      [],
    );
    ok(report.log.includes('token ***'));
  });

  it('is taken by a task that uses the task SDK', async () => {
    const library = createRequire(import.meta.url).resolve('azure-pipelines-task-lib');
    const report = await agent.run(
      {
        steps: [
          {
            task: 'Neighbour@2',
            inputs: { library, connection: azure.name, secret: 'key' },
          },
        ],
      },
      { variables: { key: { value: 'hush-hush', secret: true } } },
    );
    equal(report.result, 'SucceededWithIssues', report.log);
    ok(report.log.includes('client has 13 characters'));
    ok(report.log.includes('subscription the-subscription'));
    ok(report.log.includes('secret has 9 characters'));
    ok(report.log.includes('note: kept for later'));
    ok(!report.log.includes('neighbour-secret'));
    equal(report.variables['fromNeighbour']?.value, 'hello; [world] 100%\nsecond line');
    ok(report.left.some(({ path }) => path === '.taskkey'));
  });

  it('fails on the server for what is not there', () => {
    const steps = (step: object): object => ({ steps: [step] });
    throws(() => agent.start(steps({ task: 'Nobody@1' })), /A task is missing/);
    throws(() => agent.start(steps({ task: 'Probe@2' })), /A task is missing/);
    throws(
      () => agent.start(steps({ task: 'Probe@1', inputs: { connection: 'nowhere' } })),
      /service connection nowhere which could not be found/,
    );
    const devOps = { ...azure, name: 'devops', type: 'WorkloadIdentityUser' };
    throws(
      () =>
        agent.start(steps({ task: 'Probe@1', inputs: { connection: 'devops' } }), {
          endpoints: [devOps],
        }),
      /connection expects a service connection of type AzureRM but the provided service connection devops is of type WorkloadIdentityUser/,
    );
    const old = new TestAgent({ version: '3.232.1' });
    throws(() => old.start(steps({ task: 'Probe@1' })), /Agent\.Version/);
    old.dispose();
  });

  it('needs a handler that the agent knows', async () => {
    agent.addTask('OnlyNode22', { execution: { Node22: { target: 'probe.mjs' } } });
    const report = await agent.run({ steps: [{ task: 'OnlyNode22@1' }] });
    equal(report.result, 'Failed');
    match(report.log, /supported task execution handler was not found/);
  });

  it('runs a Node24 handler on Node 20, unless the agent is told otherwise', async () => {
    const node24 = agent.path('node24');
    writeFileSync(node24, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o755 });
    for (const useNode24 of [false, true]) {
      const nodes = new TestAgent({ node: { node20: process.execPath, node24, useNode24 } });
      const report = await nodes.run({ steps: [{ task: 'Probe@1' }] });
      deepEqual(
        report.steps.map(({ node }) => node),
        // The post-job part has no Node24 handler.
        [useNode24 ? node24 : process.execPath, process.execPath],
      );
      nodes.dispose();
    }
  });

  it('fails where no program can take it', async () => {
    const lines = '##vso[task.setvariable variable=huge]$(text)';
    const huge = await agent.run({
      steps: [
        { script: `printf '##vso[task.setvariable variable=huge]%0140000d\\n' 0` },
        { script: 'echo never' },
      ],
    });
    equal(huge.steps[1]?.result, 'Failed');
    match(huge.log, /E2BIG/);
    const missing = await agent.run(
      { steps: [{ task: 'Probe@1', inputs: { lines } }, { pwsh: 'Get-Date' }] },
      { variables: { PATH: '/nowhere' } },
    );
    match(missing.log, /Unable to locate executable file: 'pwsh'/);
  });
});
