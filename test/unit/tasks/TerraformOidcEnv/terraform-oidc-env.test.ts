import assert from 'node:assert/strict';
import type { PresentVariable } from '../../../../src/agent/pipeline-agent.ts';
import { remembered } from '../../../../src/session/remembered.ts';
import { terraformOidcEnv } from '../../../../tasks/TerraformOidcEnv/terraform-oidc-env.ts';
import {
  aFailure,
  anIdTokenText,
  ids,
  jobVariables,
  oidcRequestUri,
} from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { AgentSettings, FakeAgent } from '../../../support/fake-agent.ts';
import { TaskBench } from '../../../support/task-bench.ts';

type Inputs = Readonly<Record<string, string>>;

async function ran(
  inputs: Inputs = {},
  settings: AgentSettings = {},
  bench = new TaskBench(),
): Promise<{ agent: FakeAgent; bench: TaskBench }> {
  const agent = bench.agent({ ...settings, inputs });
  await terraformOidcEnv(bench.world(agent));
  return { agent, bench };
}

const present = (...names: string[]): readonly PresentVariable[] =>
  names.map((name) => ({ name, isEmpty: false, source: 'job' }));

const identity = {
  ARM_USE_OIDC: 'true',
  ARM_CLIENT_ID: ids.client,
  ARM_TENANT_ID: ids.tenant,
  ARM_SUBSCRIPTION_ID: ids.subscription,
};
const url = `http://127.0.0.1:50505/connections/${ids.connection}/id-token?v=1`;

describe('TerraformOidcEnv in broker mode', () => {
  it('names the request URL for Terraform and Fabric, and the token file for the SDKs', async () => {
    const { agent } = await ran();
    assert.deepEqual(agent.variables, {
      ...identity,
      ARM_OIDC_REQUEST_URL: url,
      ARM_OIDC_REQUEST_TOKEN: '***',
      FABRIC_OIDC_REQUEST_URL: url,
      FABRIC_OIDC_REQUEST_TOKEN: '***',
      AZURE_CLIENT_ID: ids.client,
      AZURE_TENANT_ID: ids.tenant,
      AZURE_AUTHORITY_HOST: 'https://login.microsoftonline.com/',
      AZURE_SUBSCRIPTION_ID: ids.subscription,
      AZURE_FEDERATED_TOKEN_FILE: `/agent/_temp/workload-identity/${ids.connection}/id-token`,
    });
    assert.equal(agent.outputs['subject'], 'the-subject');
    assert.equal(agent.outputs['oidcRequestUrl'], url);
    assert.deepEqual(agent.warned, []);
  });

  const azureDevOps = {
    connectionType: 'azureDevOps',
    azureDevOpsServiceConnection: ids.azureDevOps,
  } as const;

  for (const mode of ['broker', 'native', 'static']) {
    it(`names the organization for the provider azuredevops in mode ${mode}, and no subscription`, async () => {
      const { agent } = await ran({ ...azureDevOps, mode });
      const { variables } = agent;
      assert.equal(variables['AZDO_ORG_SERVICE_URL'], 'https://dev.azure.com/contoso/');
      assert.equal(variables['ARM_CLIENT_ID'], ids.client);
      assert.equal(variables['ARM_USE_OIDC'], 'true');
      assert.ok(!Object.keys(variables).some((name) => name.endsWith('SUBSCRIPTION_ID')));
    });
  }

  it('leaves the organization to an author who names one, and to other connections', async () => {
    const environment = { AZDO_ORG_SERVICE_URL: 'https://dev.azure.com/fabrikam' };
    const named = await ran(azureDevOps, { environment });
    assert.ok(!('AZDO_ORG_SERVICE_URL' in named.agent.variables));
    const forAzure = await ran();
    assert.ok(!('AZDO_ORG_SERVICE_URL' in forAzure.agent.variables));
  });

  for (const address of [
    'https://evil.example/contoso',
    'http://dev.azure.com/contoso',
    'https://dev.azure.com.evil.example/',
    'https://me:secret@dev.azure.com/contoso',
    'https://a.b.visualstudio.com',
    'contoso',
  ]) {
    it(`writes an organization over that is none of Azure DevOps, and warns: ${address}`, async () => {
      const environment = { AZDO_ORG_SERVICE_URL: address };
      const { agent } = await ran(azureDevOps, { environment });
      assert.equal(agent.variables['AZDO_ORG_SERVICE_URL'], 'https://dev.azure.com/contoso/');
      assert.match(agent.warned.join('\n'), /^Set AZDO_ORG_SERVICE_URL /);
      assert.ok(!agent.warned.join('\n').includes(address));
    });
  }

  it('sets a personal access token and the file of a secret empty, by which azuredevops would sign in', async () => {
    const presentVariables = present('AZDO_PERSONAL_ACCESS_TOKEN', 'ARM_CLIENT_SECRET_PATH');
    const { agent } = await ran(azureDevOps, { presentVariables });
    assert.equal(agent.variables['AZDO_PERSONAL_ACCESS_TOKEN'], '');
    assert.equal(agent.variables['ARM_CLIENT_SECRET_PATH'], '');
    assert.match(agent.warned.join('\n'), /AZDO_PERSONAL_ACCESS_TOKEN/);
    const forAzure = await ran({}, { presentVariables });
    assert.deepEqual(forAzure.agent.warned, []);
  });

  it('expects Terraform to ask, of itself or for an alias', async () => {
    const id = ids.connection;
    const { bench } = await ran();
    assert.deepEqual(bench.broker.expected, [{ id, use: 'terraform' }]);
    const aliased = await ran({ tfVarPrefix: 'hub' });
    assert.deepEqual(aliased.bench.broker.expected, [{ id, use: 'terraform-variables' }]);
    const native = await ran({ mode: 'native' });
    assert.deepEqual(native.bench.broker.expected, []);
  });

  it('remembers the broker that it started', async () => {
    const { agent, bench } = await ran();
    const [start] = bench.broker.started;
    assert.equal(agent.taskVariables[remembered.brokerId], start?.settings.brokerId);
  });

  it('extends the exceptions from the proxy', async () => {
    const { agent } = await ran({}, { environment: { https_proxy: 'x', no_proxy: 'a' } });
    assert.equal(agent.variables['no_proxy'], 'a,127.0.0.1,localhost');
  });

  it('sets empty what would win over the request URL, and names it in one warning', async () => {
    const presentVariables = present('ARM_CLIENT_SECRET', 'ARM_OIDC_TOKEN', 'ARM_CLIENT_ID');
    const { agent } = await ran({}, { presentVariables });
    assert.equal(agent.variables['ARM_CLIENT_SECRET'], '');
    assert.equal(agent.variables['ARM_OIDC_TOKEN'], '');
    assert.equal(agent.variables['ARM_CLIENT_ID'], ids.client);
    assert.equal(agent.warned.length, 1);
    assert.match(agent.warned.join(), /ARM_CLIENT_SECRET, ARM_OIDC_TOKEN\./);
  });

  it('fails, before it signs in, where the SDKs would sign in as someone else', async () => {
    const bench = new TaskBench();
    const presentVariables = present('AZURE_CLIENT_SECRET');
    await rejectionOf(ran({}, { presentVariables }, bench), 'LEFTOVER_VARIABLES');
    assert.deepEqual([bench.broker.started, bench.files.all], [[], []]);
  });

  it('exports nothing where the broker signs nobody in', async () => {
    const bench = new TaskBench();
    bench.broker.refusal = aFailure({ code: 'CONNECTION_NOT_FOUND', kind: 'definite' });
    const agent = bench.agent({ presentVariables: present('ARM_CLIENT_SECRET') });
    await rejectionOf(terraformOidcEnv(bench.world(agent)), 'CONNECTION_NOT_FOUND');
    assert.deepEqual([agent.changes, agent.outputs], [[], {}]);
  });
});

describe('TerraformOidcEnv for a second identity', () => {
  it('sets Terraform variables and nothing else', async () => {
    const { agent } = await ran(
      { tfVarPrefix: 'Hub' },
      {
        environment: { HTTPS_PROXY: 'http://proxy' },
        presentVariables: present('ARM_CLIENT_SECRET', 'AZURE_CLIENT_SECRET'),
      },
    );
    assert.deepEqual(agent.variables, {
      TF_VAR_Hub_client_id: ids.client,
      TF_VAR_Hub_tenant_id: ids.tenant,
      TF_VAR_Hub_subscription_id: ids.subscription,
      TF_VAR_Hub_oidc_request_url: url,
      TF_VAR_Hub_oidc_request_token: '***',
    });
    assert.ok(agent.changes.every((change) => change.kind !== 'secret' && change.exactCase));
    assert.deepEqual(agent.warned, []);
  });
});

describe('TerraformOidcEnv in native mode', () => {
  it('names the connection, and neither starts a broker nor asks for a token', async () => {
    const { agent, bench } = await ran({ mode: 'native' });
    assert.deepEqual(agent.variables, {
      ...identity,
      ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID: ids.connection,
      ARM_OIDC_AZURE_SERVICE_CONNECTION_ID: ids.connection,
    });
    assert.deepEqual([bench.broker.started, bench.http.requests], [[], []]);
    assert.equal(agent.outputs['idTokenExpiresOn'], undefined);
    assert.equal(agent.outputs['tokenFile'], undefined);
  });

  it('says what the step has to map', async () => {
    const { agent } = await ran({ mode: 'native' });
    assert.ok(agent.log.includes('SYSTEM_ACCESSTOKEN: $(System.AccessToken)'));
  });

  it('takes back the request URL that a step in broker mode left', async () => {
    const presentVariables = present('ARM_OIDC_REQUEST_URL', 'ARM_OIDC_REQUEST_TOKEN');
    const { agent } = await ran({ mode: 'native' }, { presentVariables });
    assert.equal(agent.variables['ARM_OIDC_REQUEST_URL'], '');
    assert.equal(agent.variables['ARM_OIDC_REQUEST_TOKEN'], '');
  });
});

describe('A request URI that an earlier step printed', () => {
  const printed: Readonly<Record<string, string>> = {
    'another host': oidcRequestUri.replace(/^https:\/\/[^/]+/, 'https://evil.example'),
    'no https': oidcRequestUri.replace('https:', 'http:'),
    'another job': oidcRequestUri.replace(ids.job, ids.client),
    'a query': `${oidcRequestUri}?x=1`,
  };
  for (const mode of ['broker', 'native', 'static']) {
    for (const [what, uri] of Object.entries(printed)) {
      it(`is refused in mode ${mode}, before anything is exported: ${what}`, async () => {
        const bench = new TaskBench();
        const agent = bench.agent({
          inputs: { mode },
          jobVariables: jobVariables({ oidcRequestUri: uri }),
        });
        await rejectionOf(terraformOidcEnv(bench.world(agent)), 'OIDC_URI_REFUSED');
        assert.deepEqual([agent.changes, agent.outputs], [[], {}]);
        assert.deepEqual([bench.broker.started, bench.http.requests], [[], []]);
      });
    }
  }
});

describe('A host for tokens that an earlier step left', () => {
  for (const mode of ['broker', 'native', 'static']) {
    it(`is set empty in mode ${mode}, with a warning`, async () => {
      const presentVariables = present('ARM_METADATA_HOSTNAME', 'ACTIONS_ID_TOKEN_REQUEST_URL');
      const { agent } = await ran({ mode }, { presentVariables });
      assert.equal(agent.variables['ARM_METADATA_HOSTNAME'], '');
      assert.equal(agent.variables['ACTIONS_ID_TOKEN_REQUEST_URL'], '');
      assert.match(agent.warned.join(), /ARM_METADATA_HOSTNAME/);
    });
  }

  it('is refused beside a second identity, for which nothing of the job is changed', async () => {
    const presentVariables = present('ARM_METADATA_HOSTNAME');
    const bench = new TaskBench();
    await rejectionOf(
      ran({ tfVarPrefix: 'hub' }, { presentVariables }, bench),
      'LEFTOVER_VARIABLES',
    );
    assert.deepEqual(bench.broker.started, []);
  });
});

describe('TerraformOidcEnv in static mode', () => {
  it('gives one ID token as a secret, and warns of its end', async () => {
    const { agent } = await ran({ mode: 'static' });
    assert.deepEqual(agent.variables, { ...identity, ARM_OIDC_TOKEN: '***' });
    assert.equal(agent.changes.find(({ name }) => name === 'ARM_OIDC_TOKEN')?.kind, 'secret');
    assert.ok(agent.masks.includes(anIdTokenText()));
    assert.equal(agent.warned.length, 1);
    assert.ok(agent.warned.join().includes('2026-03-14 12:10 UTC'));
    assert.ok(!agent.log.includes(anIdTokenText()));
  });

  it('writes no file, starts no broker, and leaves nothing for its post-job step', async () => {
    const bench = new TaskBench();
    bench.files.replace = () => Promise.reject(new Error('a file'));
    const { agent } = await ran({ mode: 'static' }, {}, bench);
    assert.deepEqual([bench.files.all, bench.broker.started], [[], []]);
    assert.deepEqual(agent.taskVariables, {});
  });

  it('does not take its own token for a leftover', async () => {
    const { agent } = await ran(
      { mode: 'static' },
      { presentVariables: present('ARM_OIDC_TOKEN') },
    );
    assert.equal(agent.variables['ARM_OIDC_TOKEN'], '***');
  });
});
