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

  const azure = { azureSubscription: ids.connection };
  const devOps = { azureDevOpsServiceConnection: ids.azureDevOps };
  const choices = [
    { type: '', named: azure, is: ids.connection },
    { type: 'azureRM', named: azure, is: ids.connection },
    { type: 'azureRM', named: { ...azure, ...devOps }, is: ids.connection },
    { type: 'AZUREDEVOPS', named: devOps, is: ids.azureDevOps },
    { type: 'azureDevOps', named: { ...azure, ...devOps }, is: ids.azureDevOps },
    { type: 'azureDevOps', named: azure, lacks: 'azureDevOpsServiceConnection' },
    { type: 'azureRM', named: devOps, lacks: 'azureSubscription' },
    { type: '', named: devOps, lacks: 'azureSubscription' },
    { type: 'azureRM', named: {}, lacks: 'azureSubscription' },
    { type: 'azureDevOps', named: {}, lacks: 'azureDevOpsServiceConnection' },
  ];
  for (const { type: connectionType, named, is, lacks } of choices) {
    const given = Object.keys(named).join(' and ') || 'no connection';
    const outcome = lacks === undefined ? 'used' : `refused without ${lacks}`;
    it(`is ${outcome} for connectionType "${connectionType}" with ${given}`, () => {
      const none = { azureSubscription: '', azureDevOpsServiceConnection: '' };
      const agent = new FakeAgent({ inputs: { ...none, ...named, connectionType } });
      if (lacks === undefined) {
        const connection = connectionInput(agent);
        assert.equal(connection.id, is);
        assert.equal(
          connection.kind,
          connection.id === ids.azureDevOps ? 'azureDevOps' : 'azureRM',
        );
        return;
      }
      const { message, remedy } = failureOf(() => connectionInput(agent), 'CONNECTION_MISSING');
      assert.equal(message, `The input ${lacks} is empty.`);
      const other = lacks === 'azureSubscription' ? 'azureDevOps' : 'azureRM';
      const isOtherNamed = Object.keys(named).length > 0;
      assert.equal(remedy.includes(`set connectionType to ${other}.`), isOtherNamed, remedy);
    });
  }

  it('is refused for a connectionType that is none', () => {
    const agent = new FakeAgent({ inputs: { connectionType: 'github' } });
    failureOf(() => connectionInput(agent), 'INPUT_INVALID');
  });

  it('has no subscription where it is to Azure DevOps, whatever the hidden input says', () => {
    const inputs = { connectionType: 'azureDevOps', ...devOps, subscriptionId: 'Production' };
    const connection = connectionInput(new FakeAgent({ inputs }));
    assert.equal(connection.subscriptionId, undefined);
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
