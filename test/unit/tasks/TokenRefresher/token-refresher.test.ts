import assert from 'node:assert/strict';
import { remembered } from '../../../../src/session/remembered.ts';
import { tokenRefresher } from '../../../../tasks/TokenRefresher/token-refresher.ts';
import { aFailure, anEndpoint, ids } from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings, FakeAgent } from '../../../support/fake-agent.ts';
import { TaskBench } from '../../../support/task-bench.ts';

async function ran(
  inputs: Readonly<Record<string, string>> = {},
  settings: AgentSettings = {},
  bench = new TaskBench(),
): Promise<{ agent: FakeAgent; bench: TaskBench }> {
  const agent = bench.agent({ ...settings, inputs });
  await tokenRefresher(bench.world(agent));
  return { agent, bench };
}

const base = `http://127.0.0.1:50505/connections/${ids.connection}`;
const directory = `/agent/_temp/workload-identity/${ids.connection}`;
const variables = {
  AZURE_CLIENT_ID: ids.client,
  AZURE_TENANT_ID: ids.tenant,
  AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
  AZURE_FEDERATED_TOKEN_FILE: `${directory}/id-token`,
  AZURE_SUBSCRIPTION_ID: ids.subscription,
  AZURE_OIDC_REQUEST_URL: `${base}/id-token?v=1`,
  AZURE_OIDC_REQUEST_TOKEN: '***',
};

describe('TokenRefresher', () => {
  it('tells tools of the token file and the request URL', async () => {
    const { agent } = await ran();
    assert.deepEqual(agent.variables, variables);
    assert.equal(agent.outputs['clientId'], ids.client);
    assert.equal(agent.outputs['idTokenExpiresOn'], '2026-03-14T12:10:00.000Z');
  });

  it('tells of a managed identity where that is wanted', async () => {
    const { agent, bench } = await ran({ managedIdentity: 'true' });
    assert.deepEqual(agent.variables, {
      ...variables,
      IDENTITY_ENDPOINT: `${base}/msi`,
      IDENTITY_HEADER: '***',
    });
    assert.ok(agent.masks.includes(`managed-identity-capability-of-${ids.connection}`));
    const expected = [{ id: ids.connection, use: 'managedIdentity' }];
    assert.deepEqual(bench.broker.expected, expected);
  });

  it('has access tokens kept in files, and puts none into a variable', async () => {
    const { agent, bench } = await ran({ accessTokens: 'APP_TOKEN = api://app/.default' });
    const path = `${directory}/APP_TOKEN`;
    assert.deepEqual(agent.variables, { ...variables, APP_TOKEN_FILE: path });
    assert.deepEqual(bench.broker.places, [{ kind: 'file', path, scope: 'api://app/.default' }]);
  });

  it('extends the exceptions from the proxy', async () => {
    const { agent } = await ran({}, { environment: { ALL_PROXY: 'socks://proxy' } });
    assert.equal(agent.variables['NO_PROXY'], '127.0.0.1,localhost');
  });

  it('has one broker keep several connections, each with files and capabilities of its own', async () => {
    const bench = new TaskBench();
    const other = anEndpoint({ id: ids.project });
    const settings = { endpoints: [anEndpoint(), other] };
    const first = await ran({}, settings, bench);
    const second = await ran({ azureSubscription: ids.project }, settings, bench);
    assert.equal(bench.broker.started.length, 1);
    assert.deepEqual([...bench.broker.kept.keys()], [ids.connection, ids.project]);
    assert.notEqual(
      second.agent.variables['AZURE_FEDERATED_TOKEN_FILE'],
      first.agent.variables['AZURE_FEDERATED_TOKEN_FILE'],
    );
    assert.notDeepEqual(second.agent.masks, first.agent.masks);
    assert.equal(second.agent.taskVariables[remembered.brokerId], undefined);
  });

  it('starts a new broker where the first one died', async () => {
    const bench = new TaskBench();
    await ran({}, {}, bench);
    const state = bench.files.contents.get('/agent/_temp/workload-identity/broker.json') ?? '';
    await bench.broker.world
      .reach({ port: 1, controlCapability: '', brokerId: '' })
      .ask('stop', {});
    await bench.files.makePrivateDirectory('/agent/_temp/workload-identity');
    await bench.files.replace('/agent/_temp/workload-identity/broker.json', state);
    const { agent } = await ran({}, {}, bench);
    assert.equal(bench.broker.started.length, 2);
    assert.equal(bench.broker.started[1]?.settings.port, 50505);
    assert.notEqual(agent.taskVariables[remembered.brokerId], undefined);
  });

  it('fails, before it signs in, where the SDKs would sign in as someone else', async () => {
    const bench = new TaskBench();
    const presentVariables = [
      { name: 'AZURE_CLIENT_SECRET', isEmpty: false, source: 'job' as const },
    ];
    await rejectionOf(ran({}, { presentVariables }, bench), 'LEFTOVER_VARIABLES');
    assert.deepEqual(bench.broker.started, []);
  });

  it('exports nothing where the broker signs nobody in', async () => {
    const bench = new TaskBench();
    bench.broker.refusal = aFailure();
    const agent = bench.agent();
    await rejectionOf(tokenRefresher(bench.world(agent)), 'DEVOPS_UNAVAILABLE');
    assert.deepEqual([agent.changes, agent.outputs], [[], {}]);
  });
});
