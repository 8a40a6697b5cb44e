import assert from 'node:assert/strict';
import { entriesAfterSignIn } from '../../../src/azure-cli/entries.ts';
import { listAfterSignIn, type ProfileUser } from '../../../src/azure-cli/subscription-list.ts';
import { Secret } from '../../../src/secret.ts';
import { anEntry, aSubscription } from '../../support/azure-cli-profile.ts';
import { ids } from '../../support/builders.ts';

const other = '99999999-9999-4999-8999-999999999999';
const user: ProfileUser = {
  clientId: ids.client,
  tenantId: ids.tenant,
  session: 'servicePrincipal',
  cloudName: 'AzureCloud',
};
const listed = (
  id: string,
  changes: object = {},
): Parameters<typeof listAfterSignIn>[1][number] => ({
  id,
  name: `name of ${id}`,
  state: 'Enabled',
  homeTenantId: ids.tenant,
  managedByTenants: [],
  ...changes,
});
function read(text: string): unknown {
  assert.equal(text[0], '\uFEFF');
  return JSON.parse(text.slice(1));
}
const defaults = (text: string): readonly unknown[] =>
  (read(text) as { subscriptions: { id: string; isDefault: boolean }[] }).subscriptions
    .filter(({ isDefault }) => isDefault)
    .map(({ id }) => id);

describe("Azure CLI's list of subscriptions after a sign-in", () => {
  it('is what az login leaves', () => {
    const text = listAfterSignIn(undefined, [listed(ids.subscription)], user, ids.subscription);
    assert.deepEqual(read(text), {
      subscriptions: [
        aSubscription({
          name: `name of ${ids.subscription}`,
          homeTenantId: ids.tenant,
          managedByTenants: [],
        }),
      ],
    });
  });

  for (const { what, subscriptions, wanted, chosen } of [
    {
      what: 'the wanted one, also where it is not the first, and in capitals',
      subscriptions: [listed(other), listed(ids.subscription)],
      wanted: ids.subscription.toUpperCase(),
      chosen: ids.subscription,
    },
    {
      what: 'the first that is enabled, where none is wanted',
      subscriptions: [listed(other, { state: 'Warned' }), listed(ids.subscription)],
      wanted: undefined,
      chosen: ids.subscription,
    },
    {
      what: 'the first, where none is enabled',
      subscriptions: [listed(other, { state: 'Disabled' }), listed(ids.plan, { state: 'Warned' })],
      wanted: undefined,
      chosen: other,
    },
    {
      what: "the tenant's, where none is visible",
      subscriptions: [],
      wanted: other,
      chosen: ids.tenant,
    },
  ]) {
    it(`has one default: ${what}`, () => {
      assert.deepEqual(defaults(listAfterSignIn(undefined, subscriptions, user, wanted)), [chosen]);
    });
  }

  it('names the identity of a managed identity as az does', () => {
    const text = listAfterSignIn(undefined, [], { ...user, session: 'managedIdentity' }, undefined);
    const [entry] = (read(text) as { subscriptions: { user: unknown; name: string }[] })
      .subscriptions;
    assert.equal(entry?.name, 'N/A(tenant level account)');
    assert.deepEqual(entry.user, {
      name: 'userAssignedIdentity',
      type: 'servicePrincipal',
      assignedIdentityInfo: `MSIClient-${ids.client}`,
    });
  });

  it('keeps other sign-ins and what else is there, but no second default', () => {
    const before = `\uFEFF${JSON.stringify({
      installationId: 'installation',
      subscriptions: [
        aSubscription({ id: other, tenantId: other }),
        aSubscription({ id: ids.subscription.toUpperCase(), name: 'old' }),
      ],
    })}`;
    const text = listAfterSignIn(before, [listed(ids.subscription)], user, undefined);
    const { installationId, subscriptions } = read(text) as {
      installationId: string;
      subscriptions: { id: string; name: string; isDefault: boolean }[];
    };
    assert.equal(installationId, 'installation');
    assert.deepEqual(
      subscriptions.map(({ id, isDefault }) => [id, isDefault]),
      [
        [other, false],
        [ids.subscription, true],
      ],
    );
  });

  it('leaves what is listed again at its place, as az does', () => {
    const subscriptions = [aSubscription(), aSubscription({ id: other, tenantId: other })];
    const before = JSON.stringify({ subscriptions });
    const after = listAfterSignIn(before, [listed(ids.subscription)], user, undefined);
    const { subscriptions: found } = read(after) as {
      subscriptions: { id: string; isDefault: boolean }[];
    };
    assert.deepEqual(
      found.map(({ id, isDefault }) => [id, isDefault]),
      [
        [ids.subscription, true],
        [other, false],
      ],
    );
  });

  it('begins anew where the list cannot be read', () => {
    assert.deepEqual(defaults(listAfterSignIn('{"sub', [listed(other)], user, undefined)), [other]);
  });
});

describe("Azure CLI's entries after a sign-in", () => {
  it('hold the new ID token in place of the old one, beside those of others', () => {
    const stranger = anEntry({ tenant: other });
    const before = JSON.stringify([anEntry(), stranger]);
    const after = entriesAfterSignIn(before, user, new Secret('new')).reveal();
    assert.deepEqual(JSON.parse(after), [stranger, anEntry({ client_assertion: 'new' })]);
    const first = entriesAfterSignIn(undefined, user, new Secret('new')).reveal();
    assert.equal(
      first,
      `[\n    {\n        "client_id": "${ids.client}",\n        "tenant": "${ids.tenant}",\n        "client_assertion": "new"\n    }\n]`,
    );
  });
});
