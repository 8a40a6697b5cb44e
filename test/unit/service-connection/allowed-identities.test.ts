import assert from 'node:assert/strict';
import { requireAllowed } from '../../../src/service-connection/allowed-identities.ts';
import { aServiceConnection, ids } from '../../support/builders.ts';
import { failureOf } from '../../support/failures.ts';

const connection = aServiceConnection();
const nobody = { tenantIds: [], subscriptionIds: [] };

describe('the allowed identities', () => {
  it('are all where none is listed', () => {
    requireAllowed(connection, nobody);
  });

  it('are those that are listed, in any case', () => {
    requireAllowed(connection, {
      tenantIds: [ids.client, ids.tenant.toUpperCase()],
      subscriptionIds: [ids.subscription.toUpperCase()],
    });
  });

  for (const tenantIds of [
    [ids.client],
    [''],
    [`${ids.tenant} `],
    ['contoso.onmicrosoft.com'],
    ['$(tenants)'],
  ]) {
    it(`do not include this tenant: ${JSON.stringify(tenantIds)}`, () => {
      const { message } = failureOf(
        () => requireAllowed(connection, { ...nobody, tenantIds }),
        'TENANT_NOT_ALLOWED',
      );
      assert.ok(message.includes(ids.tenant) && message.includes('allowedTenantIds'));
    });
  }

  for (const subscriptionIds of [[ids.tenant], [''], ['*']]) {
    it(`do not include this subscription: ${JSON.stringify(subscriptionIds)}`, () => {
      const { message } = failureOf(
        () => requireAllowed(connection, { ...nobody, subscriptionIds }),
        'SUBSCRIPTION_NOT_ALLOWED',
      );
      assert.ok(message.includes(ids.subscription));
    });
  }

  it('do not include a connection without a subscription where one is listed', () => {
    const without = aServiceConnection({ subscriptionId: undefined });
    for (const listed of [ids.subscription, 'undefined', '']) {
      failureOf(
        () => requireAllowed(without, { ...nobody, subscriptionIds: [listed] }),
        'SUBSCRIPTION_NOT_ALLOWED',
      );
    }
  });
});
