import assert from 'node:assert/strict';
import type { HttpRequest } from '../../../../src/ports.ts';
import { federatedLogin } from '../../../../tasks/FederatedLogin/federated-login.ts';
import { anAnswer, anIdTokenAnswer, collectionUri, ids } from '../../../support/builders.ts';
import { rejectionOf } from '../../../support/failures.ts';
import type { FakeAgent } from '../../../support/fake-agent.ts';
import { TaskBench } from '../../../support/task-bench.ts';

const user = { id: ids.client, providerDisplayName: 'contoso-shop-ci' };

/** One step that signs no tool in, before an organization that knows its identity. */
function step(
  inputs: Readonly<Record<string, string>> = {},
  authenticatedUser: unknown = user,
): { readonly agent: FakeAgent; readonly bench: TaskBench; readonly run: () => Promise<void> } {
  const bench = new TaskBench();
  bench.http.reply = ({ url }: HttpRequest) =>
    url.pathname.endsWith('/oidctoken')
      ? anIdTokenAnswer()
      : anAnswer({ body: JSON.stringify({ authenticatedUser }) });
  const kind = { connectionType: 'azureDevOps', azureDevOpsServiceConnection: ids.azureDevOps };
  const agent = bench.agent({ inputs: { ...kind, tools: 'none', ...inputs } });
  return { agent, bench, run: () => federatedLogin(bench.world(agent)) };
}

describe('FederatedLogin with a connection to Azure DevOps', () => {
  for (const refresh of ['true', 'false']) {
    it(`exports what SDKs read, but no subscription, and asks the organization: refresh ${refresh}`, async () => {
      const { agent, bench, run } = step({ refresh });
      await run();
      assert.equal(agent.variables['AZURE_CLIENT_ID'], ids.client);
      assert.equal(agent.variables['AZURE_TENANT_ID'], ids.tenant);
      assert.ok('AZURE_FEDERATED_TOKEN_FILE' in agent.variables);
      assert.ok(!('AZURE_SUBSCRIPTION_ID' in agent.variables));
      assert.equal(agent.outputs['subscriptionId'], '');
      const asked = bench.http.requests.map(({ url }) => url.href);
      assert.equal(asked.at(-1), `${collectionUri}_apis/connectionData`);
      assert.ok(agent.log.includes('knows it as "contoso-shop-ci"'));
    });
  }

  it('asks nobody where verify is false', async () => {
    const { bench, run } = step({ verify: 'false' });
    await run();
    assert.deepEqual(bench.http.requests, []);
  });

  it('exports nothing where the organization takes its identity for anonymous', async () => {
    const nobody = { id: 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' };
    const { agent, run } = step({ propagationTimeout: '0' }, nobody);
    await rejectionOf(run(), 'DEVOPS_NOT_A_USER');
    assert.deepEqual(agent.changes, []);
  });

  it('is refused by allowedSubscriptionIds, since it has none', async () => {
    const { agent, run } = step({ allowedSubscriptionIds: ids.subscription });
    await rejectionOf(run(), 'SUBSCRIPTION_NOT_ALLOWED');
    assert.deepEqual(agent.changes, []);
  });
});
