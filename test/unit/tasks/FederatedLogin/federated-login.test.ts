import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../../src/errors.ts';
import { remembered } from '../../../../src/session/remembered.ts';
import { federatedLogin } from '../../../../tasks/FederatedLogin/federated-login.ts';
import {
  aFailure,
  anAnswer,
  anIdTokenAnswer,
  anIdTokenText,
  ids,
} from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings, FakeAgent } from '../../../support/fake-agent.ts';
import { FakeTools } from '../../../support/fake-tools.ts';
import { TaskBench } from '../../../support/task-bench.ts';

type Inputs = Readonly<Record<string, string>>;

/** One step of FederatedLogin that signs no command-line tool in. */
function step(
  bench: TaskBench,
  inputs: Inputs = {},
  settings: AgentSettings = {},
): { agent: FakeAgent; run: () => Promise<void> } {
  const agent = bench.agent({ ...settings, inputs: { tools: 'none', ...inputs } });
  return { agent, run: () => federatedLogin(bench.world(agent)) };
}

async function ran(
  inputs?: Inputs,
  settings?: AgentSettings,
): Promise<{ agent: FakeAgent; bench: TaskBench }> {
  const bench = new TaskBench();
  const { agent, run } = step(bench, inputs, settings);
  await run();
  return { agent, bench };
}

const identity = {
  AZURE_CLIENT_ID: ids.client,
  AZURE_TENANT_ID: ids.tenant,
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_SUBSCRIPTION_ID: ids.subscription,
};

describe('FederatedLogin', () => {
  it('dials Entra while Azure DevOps is asked, where it is about to ask Entra itself', async () => {
    const authority = 'https://login.microsoftonline.com/';
    const once = await ran({ refresh: 'false' });
    assert.deepEqual(once.bench.entra.dialled, [[authority, 0]]);
    const unverified = await ran({ refresh: 'false', verify: 'false' });
    assert.deepEqual(unverified.bench.entra.dialled, []);
    const kept = await ran();
    assert.deepEqual(kept.bench.entra.dialled, []);
  });

  it('tells every SDK and azd who they are, and where to ask again', async () => {
    const { agent } = await ran();
    assert.deepEqual(agent.variables, {
      ...identity,
      AZURE_FEDERATED_TOKEN_FILE: `/agent/_temp/workload-identity/${ids.connection}/id-token`,
      AZURE_OIDC_REQUEST_URL: `http://127.0.0.1:50505/connections/${ids.connection}/id-token?v=1`,
      AZURE_OIDC_REQUEST_TOKEN: '***',
      IDENTITY_ENDPOINT: `http://127.0.0.1:50505/connections/${ids.connection}/msi`,
      IDENTITY_HEADER: '***',
    });
    assert.deepEqual(agent.outputs, {
      clientId: ids.client,
      tenantId: ids.tenant,
      subscriptionId: ids.subscription,
      issuer: 'the-issuer',
      subject: 'the-subject',
      idTokenExpiresOn: '2026-03-14T12:10:00.000Z',
      tokenFile: `/agent/_temp/workload-identity/${ids.connection}/id-token`,
      oidcRequestUrl: `http://127.0.0.1:50505/connections/${ids.connection}/id-token?v=1`,
      oidcRequestToken: '***',
    });
    assert.ok(agent.masks.includes(`id-token-capability-of-${ids.connection}`));
  });

  it('remembers the broker that it started, and only that one', async () => {
    const { agent, bench } = await ran();
    const [start] = bench.broker.started;
    assert.equal(agent.taskVariables[remembered.brokerId], start?.settings.brokerId);
    const second = step(bench);
    await second.run();
    assert.equal(second.agent.taskVariables[remembered.brokerId], undefined);
    assert.equal(bench.broker.started.length, 1);
  });

  it('has the broker watch the worker, whose end is the end of the job', async () => {
    const { bench } = await ran();
    const worker = bench.broker.started[0]?.settings.worker;
    assert.deepEqual(worker, { pid: 100, identity: 'the worker' });
  });

  it('verifies the sign-in, and says so', async () => {
    const { agent, bench } = await ran();
    assert.deepEqual(
      bench.http.requests.map(({ url }) => url.pathname),
      [`/subscriptions/${ids.subscription}`],
    );
    assert.ok(agent.log.includes('Verified'));
  });

  it('reads nothing where verify is false', async () => {
    const { bench } = await ran({ verify: 'false' });
    assert.deepEqual(bench.http.requests, []);
  });

  it('extends the exceptions from the proxy where the job has one', async () => {
    const { agent } = await ran(
      {},
      { environment: { HTTPS_PROXY: 'http://proxy', NO_PROXY: 'a' } },
    );
    assert.equal(agent.variables['NO_PROXY'], 'a,127.0.0.1,localhost');
  });

  it('gives access tokens as secrets, with their expiry and a file that stays fresh', async () => {
    const { agent, bench } = await ran({ accessTokens: 'APP_TOKEN = api://app/.default' });
    const { APP_TOKEN, APP_TOKEN_EXPIRES_ON, APP_TOKEN_FILE } = agent.variables;
    assert.equal(APP_TOKEN, '***');
    assert.equal(APP_TOKEN_EXPIRES_ON, '2026-03-14T13:00:00.000Z');
    assert.equal(agent.changes.find(({ name }) => name === 'APP_TOKEN')?.kind, 'secret');
    assert.ok(agent.masks.includes('token for api://app/.default'));
    assert.deepEqual(bench.broker.places, [
      { kind: 'file', scope: 'api://app/.default', path: APP_TOKEN_FILE },
    ]);
  });

  it('says which tokens and capabilities there are, and shows none of them', async () => {
    const { agent } = await ran({ accessTokens: 'APP_TOKEN = api://app/.default' });
    for (const secret of agent.masks) assert.ok(!agent.log.includes(secret));
    assert.ok(agent.log.includes('APP_TOKEN (secret)'));
  });
});

describe('FederatedLogin with git alone', () => {
  const leftover = { name: 'AZURE_CLIENT_SECRET', isEmpty: false, source: 'job' } as const;

  it('exports what git needs and nothing else, whatever identity the job has', async () => {
    const bench = new TaskBench();
    bench.tools = new FakeTools(['git'], () => ({ output: 'git version 2.39.5\n' }));
    const authenticatedUser = { id: ids.client };
    bench.http.reply = () => anAnswer({ body: JSON.stringify({ authenticatedUser }) });
    const settings = { presentVariables: [leftover] };
    const { agent, run } = step(bench, { tools: 'git' }, settings);
    await run();
    const names = agent.changes.map(({ name }) => name);
    assert.equal(names.at(-1), 'GIT_CONFIG_COUNT');
    assert.deepEqual(
      names.filter((name) => !/^GIT_CONFIG_(KEY|VALUE)_[0-3]$/.test(name)),
      ['WORKLOAD_IDENTITY_GIT_TOKEN_FILE', 'GIT_CONFIG_COUNT'],
    );
    assert.equal(agent.outputs['clientId'], ids.client);
    assert.deepEqual(bench.broker.places, [
      {
        kind: 'file',
        scope: '499b84ac-1321-427f-aa17-267ca6975798/.default',
        path: agent.variables['WORKLOAD_IDENTITY_GIT_TOKEN_FILE'],
      },
    ]);
    // A role in Azure says nothing of git, which asks Azure DevOps.
    assert.deepEqual(
      bench.http.requests.map(({ url }) => url.pathname.split('/_apis/')[1]),
      ['connectionData'],
    );
    assert.equal(bench.broker.kept.get(ids.connection)?.keepOtherTasks, undefined);
  });

  it('is refused as any other step beside another tool', async () => {
    const bench = new TaskBench();
    bench.tools = new FakeTools(['git', 'az']);
    const settings = { presentVariables: [leftover] };
    const { run } = step(bench, { tools: 'git, azureCli' }, settings);
    assert.equal((await rejectionOf(run())).code, 'LEFTOVER_VARIABLES');
  });
});

describe('FederatedLogin without refresh', () => {
  const inputs = { refresh: 'false' };

  it('starts no broker, and writes the token file once', async () => {
    const { agent, bench } = await ran(inputs);
    const { AZURE_FEDERATED_TOKEN_FILE: file, ...others } = agent.variables;
    assert.deepEqual(others, identity);
    assert.equal(bench.files.contents.get(file ?? ''), anIdTokenText());
    assert.equal(bench.broker.started.length, 0);
  });

  it('leaves the exceptions from the proxy alone', async () => {
    const { agent } = await ran(inputs, { environment: { HTTPS_PROXY: 'http://proxy' } });
    assert.equal(agent.variables['NO_PROXY'], undefined);
  });

  it('remembers the directory that its post-job step has to remove', async () => {
    const { agent, bench } = await ran(inputs);
    const directory = agent.taskVariables[remembered.directory];
    assert.ok(directory !== undefined && bench.files.directories.has(directory));
    assert.ok(agent.variables['AZURE_FEDERATED_TOKEN_FILE']?.startsWith(`${directory}/`));
  });

  it('gives access tokens without files', async () => {
    const { agent } = await ran({ ...inputs, accessTokens: 'APP_TOKEN = api://app/.default' });
    assert.equal(agent.variables['APP_TOKEN'], '***');
    assert.equal(agent.variables['APP_TOKEN_FILE'], undefined);
  });

  it('takes the token file back where something fails afterwards', async () => {
    const bench = new TaskBench();
    bench.http.reply = ({ url }) =>
      url.pathname.endsWith('/oidctoken') ? anIdTokenAnswer() : anAnswer({ status: 403 });
    const { agent, run } = step(bench, inputs);
    await rejectionOf(run(), 'SUBSCRIPTION_UNREADABLE');
    assert.deepEqual(bench.files.all, []);
    assert.deepEqual(agent.changes, []);
    assert.equal(agent.recall(remembered.directory), undefined);
  });
});

describe('FederatedLogin, when it fails,', () => {
  const accessTokens = 'APP_TOKEN=https://app.example/.default';
  const having = (name: string, source: 'job' | 'secret'): AgentSettings => ({
    presentVariables: [{ name, isEmpty: false, source }],
  });
  const early: readonly (readonly [string, ErrorCode, Inputs, AgentSettings])[] = [
    ['an input', 'INPUT_INVALID', { refresh: 'x' }, {}],
    ['another tenant', 'TENANT_NOT_ALLOWED', { allowedTenantIds: ids.client }, {}],
    [
      'another subscription',
      'SUBSCRIPTION_NOT_ALLOWED',
      { allowedSubscriptionIds: ids.client },
      {},
    ],
    ['a leftover', 'LEFTOVER_VARIABLES', {}, having('AZURE_CLIENT_SECRET', 'job')],
    ['a secret client ID', 'LEFTOVER_VARIABLES', {}, having('AZURE_CLIENT_ID', 'secret')],
    ['a secret endpoint', 'LEFTOVER_VARIABLES', {}, having('IDENTITY_HEADER', 'secret')],
    ['a secret file', 'LEFTOVER_VARIABLES', { accessTokens }, having('APP_TOKEN_FILE', 'secret')],
    ['a tool that is not there', 'AZURE_CLI_MISSING', { tools: 'azureCli' }, {}],
  ];
  for (const [what, code, inputs, settings] of early) {
    it(`has signed nobody in and exported nothing, for ${what}`, async () => {
      const bench = new TaskBench();
      const { agent, run } = step(bench, inputs, settings);
      await rejectionOf(run(), code);
      assert.deepEqual([agent.changes, agent.outputs], [[], {}]);
      assert.deepEqual([bench.files.all, bench.broker.started, bench.http.requests], [[], [], []]);
    });
  }

  it('stops the broker that it started, and exports nothing', async () => {
    const bench = new TaskBench();
    bench.http.reply = () => anAnswer({ status: 403 });
    const { agent, run } = step(bench);
    await rejectionOf(run(), 'SUBSCRIPTION_UNREADABLE');
    assert.equal(bench.broker.isRunning, false);
    assert.deepEqual([agent.changes, agent.outputs], [[], {}]);
  });

  it('leaves the broker of another task alone, and the connection that it keeps', async () => {
    const bench = new TaskBench();
    await step(bench).run();
    bench.http.reply = () => anAnswer({ status: 403 });
    await rejectionOf(step(bench).run(), 'SUBSCRIPTION_UNREADABLE');
    assert.equal(bench.broker.isRunning, true);
  });

  it('tells why the broker signs nobody in', async () => {
    const bench = new TaskBench();
    bench.broker.refusal = aFailure({ code: 'JOB_TOKEN_REFUSED', kind: 'definite' });
    const { agent, run } = step(bench);
    await rejectionOf(run(), 'JOB_TOKEN_REFUSED');
    assert.deepEqual(agent.changes, []);
    assert.equal(agent.recall(remembered.brokerId), undefined);
  });
});
