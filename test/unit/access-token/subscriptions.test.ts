import assert from 'node:assert/strict';
import { listSubscriptions, type Subscription } from '../../../src/access-token/subscriptions.ts';
import { NetworkTrouble, type HttpAnswer, type HttpRequest } from '../../../src/ports.ts';
import {
  anAccessToken,
  anAnswer,
  aServiceConnection,
  ids,
  seconds,
} from '../../support/builders.ts';
import { rejectionOf } from '../../support/failures.ts';
import { FakeClock, FakeHttp } from '../../support/fakes.ts';

const first = 'https://management.azure.com/subscriptions?api-version=2019-11-01';

const page = (value: readonly unknown[], nextLink?: string): HttpAnswer =>
  anAnswer({ body: JSON.stringify({ value, nextLink }) });

const entry = (changes: object = {}): object => ({
  id: `/subscriptions/${ids.subscription}`,
  subscriptionId: ids.subscription,
  displayName: 'Shop',
  state: 'Enabled',
  tenantId: ids.tenant,
  managedByTenants: [{ tenantId: ids.plan }],
  ...changes,
});

function list(reply: (request: HttpRequest) => HttpAnswer | NetworkTrouble): {
  http: FakeHttp;
  listed: Promise<readonly Subscription[]>;
} {
  const http = new FakeHttp(reply);
  const world = { http, clock: new FakeClock() };
  return {
    http,
    listed: listSubscriptions(aServiceConnection(), anAccessToken(), seconds(30), world),
  };
}

describe('The list of subscriptions', () => {
  it('is read with what a session of Azure CLI holds of each', async () => {
    const { http, listed } = list(() => page([entry(), entry({ managedByTenants: undefined })]));
    const wanted = {
      id: ids.subscription,
      name: 'Shop',
      state: 'Enabled',
      homeTenantId: ids.tenant,
      managedByTenants: [{ tenantId: ids.plan }],
    };
    assert.deepEqual(await listed, [wanted, { ...wanted, managedByTenants: null }]);
    assert.deepEqual(
      http.requests.map(({ url }) => url.href),
      [first],
    );
  });

  it('is read to its last page', async () => {
    const { listed } = list(({ url }) =>
      url.href === first
        ? page([entry()], `${first}&$skiptoken=x`)
        : page([entry({ subscriptionId: ids.plan })]),
    );
    assert.deepEqual(
      (await listed).map(({ id }) => id),
      [ids.subscription, ids.plan],
    );
  });

  for (const nextLink of [
    'https://elsewhere.example/subscriptions',
    'http://management.azure.com/subscriptions',
    'no address',
  ]) {
    it(`does not take the access token to ${nextLink}`, async () => {
      const { http, listed } = list(() => page([entry()], nextLink));
      await rejectionOf(listed, 'RESOURCE_MANAGER_UNAVAILABLE');
      assert.equal(http.requests.length, 1);
    });
  }

  it('has an end', async () => {
    const { http, listed } = list(() => page([entry()], first));
    await rejectionOf(listed, 'RESOURCE_MANAGER_UNAVAILABLE');
    assert.equal(http.requests.length, 100);
  });

  for (const [what, reply, code, kind] of [
    [
      'a page of a proxy',
      anAnswer({ body: '<html>' }),
      'RESOURCE_MANAGER_UNAVAILABLE',
      'transient',
    ],
    ['no list', anAnswer({ body: '{}' }), 'RESOURCE_MANAGER_UNAVAILABLE', 'transient'],
    ['a list of others', page(['x']), 'RESOURCE_MANAGER_UNAVAILABLE', 'transient'],
    ['an outage', anAnswer({ status: 503 }), 'RESOURCE_MANAGER_UNAVAILABLE', 'transient'],
    [
      'a proxy that wants a sign-in',
      anAnswer({ status: 407 }),
      'PROXY_SIGN_IN_REFUSED',
      'definite',
    ],
    ['another tenant or cloud', anAnswer({ status: 401 }), 'SUBSCRIPTION_UNREADABLE', 'definite'],
    ['a refusal', anAnswer({ status: 403 }), 'SUBSCRIPTION_UNREADABLE', 'unknown'],
    [
      'no answer',
      new NetworkTrouble('connection', 'ENOTFOUND'),
      'RESOURCE_MANAGER_UNAVAILABLE',
      'transient',
    ],
  ] as const) {
    it(`fails with ${code} for ${what}`, async () => {
      const failure = await rejectionOf(list(() => reply).listed, code);
      assert.equal(failure.kind, kind);
      assert.match(failure.message, /could not list the subscriptions of its identity/);
    });
  }
});
