import assert from 'node:assert/strict';
import { withFreshAssertion } from '../../../src/azure-cli/assertion.ts';
import { Secret } from '../../../src/secret.ts';
import { ids } from '../../support/builders.ts';

const owner = { clientId: ids.client, tenantId: ids.tenant };
const entry = (changes: object = {}): object => ({
  client_id: ids.client,
  tenant: ids.tenant,
  client_assertion: 'old',
  ...changes,
});
const change = (content: unknown): ReturnType<typeof withFreshAssertion> =>
  withFreshAssertion(
    typeof content === 'string' ? content : JSON.stringify(content),
    owner,
    new Secret('new'),
  );

describe("A fresh assertion in az's file", () => {
  it("replaces the owner's, and leaves the rest as it was", () => {
    const others = [
      entry({ client_id: 'other' }),
      entry({ tenant: 'other' }),
      { client_id: 'x', tenant: 'y', client_secret: 'z' },
    ];
    const changed = change([entry({ extra: 1 }), ...others]);
    assert.ok(typeof changed === 'object');
    assert.deepEqual(JSON.parse(changed.content.reveal()), [
      entry({ extra: 1, client_assertion: 'new' }),
      ...others,
    ]);
  });

  it('finds the owner in capitals too', () => {
    assert.ok(typeof change([entry({ client_id: ids.client.toUpperCase() })]) === 'object');
  });

  for (const content of [
    [],
    [entry({ client_assertion: undefined, client_secret: 's' })],
    [null],
  ]) {
    it(`has nobody to replace it for in ${JSON.stringify(content)}`, () => {
      assert.equal(change(content), 'no entry');
    });
  }

  for (const content of ['', '[{"client', '{}']) {
    it(`cannot be put into ${JSON.stringify(content)}`, () => {
      assert.equal(change(content), 'unreadable');
    });
  }
});
