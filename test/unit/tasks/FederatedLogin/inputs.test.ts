import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../../src/errors.ts';
import { readInputs } from '../../../../tasks/FederatedLogin/inputs.ts';
import { ids } from '../../../support/builders.ts';
import { failureOf } from '../../../support/failures.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

describe('the inputs of FederatedLogin', () => {
  it('have the defaults that task.json shows', () => {
    const { connection, ...others } = readInputs(new FakeAgent());
    assert.equal(connection.id, ids.connection);
    assert.deepEqual(others, {
      tools: 'auto',
      refresh: true,
      verify: true,
      azureCliSession: 'servicePrincipal',
      keepOtherTasks: true,
      accessTokens: [],
      allowed: { tenantIds: [], subscriptionIds: [] },
    });
  });

  it('say what the author says', () => {
    const { connection, ...others } = readInputs(
      new FakeAgent({
        inputs: {
          subscriptionId: ids.project,
          tools: 'none',
          refresh: 'false',
          verify: 'False',
          azureCliSession: 'MANAGEDIDENTITY',
          keepOtherTasks: 'false',
          accessTokens: 'DATABASE_TOKEN = https://database.windows.net/.default',
          allowedTenantIds: `${ids.tenant}, ${ids.client}`,
          allowedSubscriptionIds: ids.project,
        },
      }),
    );
    assert.equal(connection.subscriptionId, ids.project);
    assert.deepEqual(others, {
      tools: [],
      refresh: false,
      verify: false,
      azureCliSession: 'managedIdentity',
      keepOtherTasks: false,
      accessTokens: [{ name: 'DATABASE_TOKEN', scope: 'https://database.windows.net/.default' }],
      allowed: { tenantIds: [ids.tenant, ids.client], subscriptionIds: [ids.project] },
    });
  });

  const wrong: readonly (readonly [input: string, value: string, code: ErrorCode])[] = [
    ['azureSubscription', '', 'CONNECTION_MISSING'],
    ['subscriptionId', 'Production', 'INPUT_INVALID'],
    ['tools', 'terraform', 'INPUT_INVALID'],
    ['tools', 'none, azureCli', 'INPUT_INVALID'],
    ['refresh', 'sometimes', 'INPUT_INVALID'],
    ['azureCliSession', 'user', 'INPUT_INVALID'],
    ['verify', 'no', 'INPUT_INVALID'],
    ['accessTokens', 'DATABASE', 'ACCESS_TOKENS_INVALID'],
    ['allowedTenantIds', ',', 'INPUT_INVALID'],
    ['allowedSubscriptionIds', ' ; ', 'INPUT_INVALID'],
  ];
  for (const [input, value, code] of wrong) {
    it(`are refused with ${code} for ${input}: ${JSON.stringify(value)}`, () => {
      failureOf(() => readInputs(new FakeAgent({ inputs: { [input]: value } })), code);
    });
  }
});
