import assert from 'node:assert/strict';
import type { ErrorCode } from '../../../../src/errors.ts';
import { readInputs } from '../../../../tasks/TokenRefresher/inputs.ts';
import { ids } from '../../../support/builders.ts';
import { failureOf } from '../../../support/failures.ts';
import { FakeAgent } from '../../../support/fake-agent.ts';

describe('the inputs of TokenRefresher', () => {
  it('have the defaults that task.json shows', () => {
    const { connection, ...others } = readInputs(new FakeAgent());
    assert.equal(connection.id, ids.connection);
    assert.deepEqual(others, {
      managedIdentity: false,
      keepOtherTasks: true,
      accessTokens: [],
    });
  });

  it('say what the author says', () => {
    const inputs = {
      managedIdentity: 'true',
      keepOtherTasks: 'false',
      accessTokens: 'APP_TOKEN = api://app/.default',
      subscriptionId: ids.project,
    };
    const { connection, ...others } = readInputs(new FakeAgent({ inputs }));
    assert.equal(connection.subscriptionId, ids.project);
    assert.deepEqual(others, {
      managedIdentity: true,
      keepOtherTasks: false,
      accessTokens: [{ name: 'APP_TOKEN', scope: 'api://app/.default' }],
    });
  });

  const wrong: readonly (readonly [input: string, value: string, code: ErrorCode])[] = [
    ['azureSubscription', '', 'CONNECTION_MISSING'],
    ['managedIdentity', 'system', 'INPUT_INVALID'],
    ['accessTokens', 'APP_TOKEN', 'ACCESS_TOKENS_INVALID'],
  ];
  for (const [input, value, code] of wrong) {
    it(`are refused with ${code} for ${input}: ${JSON.stringify(value)}`, () => {
      failureOf(() => readInputs(new FakeAgent({ inputs: { [input]: value } })), code);
    });
  }
});
