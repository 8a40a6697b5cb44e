import assert from 'node:assert/strict';
import { connectionInput } from '../../../src/agent/connection-input.ts';
import { anEndpoint, ids } from '../../support/builders.ts';
import { assertSafeForLogs, failureOf } from '../../support/failures.ts';
import { FakeAgent } from '../../support/fake-agent.ts';

describe('the connection of a step', () => {
  it('is the one that azureSubscription names', () => {
    const connection = connectionInput(new FakeAgent());
    assert.equal(connection.id, ids.connection);
    assert.equal(connection.subscriptionId, ids.subscription);
  });

  it('works on the subscription that the step wants', () => {
    const agent = new FakeAgent({ inputs: { subscriptionId: ids.project } });
    assert.equal(connectionInput(agent).subscriptionId, ids.project);
  });

  it('is missing where the input is empty', () => {
    const agent = new FakeAgent({ inputs: { azureSubscription: ' ' } });
    const { message } = failureOf(() => connectionInput(agent), 'CONNECTION_MISSING');
    assert.ok(message.includes('azureSubscription is empty'));
  });

  it('is missing where the agent does not know it, and is quoted with care', () => {
    const id = `##vso[task.complete]\n${'x'.repeat(500)}`;
    const agent = new FakeAgent({ inputs: { azureSubscription: id } });
    const { message } = failureOf(() => connectionInput(agent), 'CONNECTION_MISSING');
    assertSafeForLogs(message);
    assert.ok(message.length < 200);
  });

  it('is refused where it cannot be used', () => {
    const agent = new FakeAgent({ endpoints: [anEndpoint({ scheme: 'ServicePrincipal' })] });
    failureOf(() => connectionInput(agent), 'CONNECTION_NOT_FEDERATED');
  });

  it('is refused for a subscription that is none', () => {
    const agent = new FakeAgent({ inputs: { subscriptionId: 'Production' } });
    failureOf(() => connectionInput(agent), 'INPUT_INVALID');
  });
});
