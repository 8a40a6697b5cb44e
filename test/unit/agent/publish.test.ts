import assert from 'node:assert/strict';
import { publish } from '../../../src/agent/publish.ts';
import { masked, plain, secret } from '../../../src/agent/variable-change.ts';
import { Secret } from '../../../src/secret.ts';
import { failureOf } from '../../support/failures.ts';
import { FakeAgent } from '../../support/fake-agent.ts';

describe('publishing', () => {
  const variables = [
    plain('URL', 'http://127.0.0.1:1/'),
    masked('HEADER', new Secret('the-capability')),
    secret('APP_TOKEN', new Secret('the-access-token')),
  ];

  it('hands over every variable and output', () => {
    const agent = new FakeAgent();
    publish({ variables, outputs: { clientId: 'x', issuer: 'y' } }, agent);
    assert.deepEqual(agent.changes, variables);
    assert.deepEqual(agent.outputs, { clientId: 'x', issuer: 'y' });
  });

  it('masks every secret value, and only those, before anything is set', () => {
    const agent = new FakeAgent();
    publish({ variables, outputs: {} }, agent);
    assert.deepEqual(agent.masks, ['the-capability', 'the-access-token']);
    assert.deepEqual(agent.order, ['mask', 'mask', 'URL', 'HEADER', 'APP_TOKEN']);
  });

  it('masks a secret output before it is set', () => {
    const agent = new FakeAgent();
    publish({ variables: [], outputs: { bearer: new Secret('the-capability') } }, agent);
    assert.deepEqual(agent.masks, ['the-capability']);
    assert.deepEqual(agent.outputs, { bearer: '***' });
  });

  it('fails before anything is set where the job has a name as a secret, which stays one', () => {
    const agent = new FakeAgent({
      presentVariables: ['url', 'HEADER', 'APP_TOKEN', 'OTHER'].map((name) => ({
        name,
        isEmpty: name === 'HEADER',
        source: 'secret',
      })),
    });
    const { message } = failureOf(
      () => publish({ variables, outputs: {} }, agent),
      'LEFTOVER_VARIABLES',
    );
    assert.match(message, /has URL, HEADER as secret/);
    assert.deepEqual([agent.order, agent.said], [[], []]);
  });

  it('tells names only', () => {
    const agent = new FakeAgent();
    publish({ variables, outputs: {} }, agent);
    assert.deepEqual(agent.said, [
      'Variables for the steps that follow: URL, HEADER, APP_TOKEN (secret)',
    ]);
    assert.ok(!/the-capability|the-access-token|127\.0\.0\.1/.test(agent.log));
  });
});
