import assert from 'node:assert/strict';
import {
  judgeSubscriptionAnswer,
  readSubscription,
  subscriptionRequest,
} from '../../../src/access-token/subscription.ts';
import { NetworkTrouble, type HttpAnswer } from '../../../src/ports.ts';
import {
  anAccessToken,
  anAnswer,
  aServiceConnection,
  ids,
  noon,
  seconds,
} from '../../support/builders.ts';
import { failureOf, rejectionOf } from '../../support/failures.ts';
import { FakeClock, FakeHttp } from '../../support/fakes.ts';

const connection = { ...aServiceConnection(), subscriptionId: ids.subscription };
const accessToken = anAccessToken();

const subscription = anAnswer({
  body: JSON.stringify({
    id: `/subscriptions/${ids.subscription}`,
    subscriptionId: ids.subscription,
  }),
});

const judge = (answer: HttpAnswer): void => judgeSubscriptionAnswer(answer, connection, noon);

describe('the request for a subscription', () => {
  const request = subscriptionRequest(connection, accessToken, seconds(30));

  it("goes to the connection's own Resource Manager", () => {
    const stack = { ...connection, resourceManager: new URL('https://arm.stack.example:8443/') };
    assert.equal(
      subscriptionRequest(stack, accessToken, 1).url.href,
      `https://arm.stack.example:8443/subscriptions/${ids.subscription}?api-version=2016-06-01`,
    );
    assert.equal(request.method, 'GET');
  });

  it('carries the access token where no log shows it', () => {
    assert.ok(!JSON.stringify(request).includes(accessToken.token.reveal()));
    const { authorization } = request.headers;
    assert.ok(typeof authorization === 'object');
    assert.equal(authorization.reveal(), `Bearer ${accessToken.token.reveal()}`);
  });
});

describe("Resource Manager's answer", () => {
  it('is good when the subscription can be read', () => {
    judge(subscription);
  });

  it('is good whatever the letter case of the ID', () => {
    const body = JSON.stringify({ subscriptionId: ids.subscription.toUpperCase() });
    judge(anAnswer({ body }));
  });

  it('deserves a second attempt where nobody knows what it means (HTTP 400)', () => {
    const failure = failureOf(() => judge(anAnswer({ status: 400 })), 'SUBSCRIPTION_UNREADABLE');
    assert.equal(failure.kind, 'unknown');
  });

  for (const status of [403, 404]) {
    it(`shows a role that is missing, or has not arrived yet (HTTP ${status})`, () => {
      const failure = failureOf(() => judge(anAnswer({ status })), 'SUBSCRIPTION_UNREADABLE');
      assert.equal(failure.kind, 'settling');
      assert.ok(failure.message.includes(ids.subscription));
      assert.ok(failure.remedy.includes(ids.client) && failure.remedy.includes('Reader'));
    });
  }

  it('shows a subscription of another tenant (HTTP 401), where no role would help', () => {
    const failure = failureOf(() => judge(anAnswer({ status: 401 })), 'SUBSCRIPTION_UNREADABLE');
    assert.equal(failure.kind, 'definite');
    assert.ok(failure.message.includes('tenant'), failure.message);
    assert.ok(failure.remedy.includes(ids.tenant));
  });

  for (const status of [408, 429, 500, 502, 503]) {
    it(`shows passing trouble (HTTP ${status})`, () => {
      const answer = anAnswer({ status, headers: { 'retry-after': '4' } });
      const failure = failureOf(() => judge(answer), 'RESOURCE_MANAGER_UNAVAILABLE');
      assert.equal(failure.kind, 'transient');
      assert.equal(failure.retryAfterMs, seconds(4));
    });
  }

  for (const status of [203, 302, 307]) {
    it(`shows somebody else between (HTTP ${status})`, () => {
      const failure = failureOf(() => judge(anAnswer({ status })), 'RESOURCE_MANAGER_UNAVAILABLE');
      assert.ok(failure.remedy.includes('proxy'), failure.remedy);
    });
  }

  it('shows a proxy that wants a sign-in (HTTP 407)', () => {
    const answer = anAnswer({ status: 407 });
    assert.equal(failureOf(() => judge(answer), 'PROXY_SIGN_IN_REFUSED').kind, 'definite');
  });

  for (const [what, body] of [
    ['a page of a proxy', '<html>Please sign in</html>'],
    ['nothing', ''],
    ['an empty object', '{}'],
    ['an empty list', '[]'],
    ['no object', 'null'],
    ['another subscription', JSON.stringify({ subscriptionId: ids.connection })],
  ] as const) {
    it(`is not taken for the subscription where it is ${what}, whatever its status`, () => {
      const failure = failureOf(() => judge(anAnswer({ body })), 'RESOURCE_MANAGER_UNAVAILABLE');
      assert.ok(failure.remedy.includes('proxy'), failure.remedy);
    });
  }

  it('is not told by its body', () => {
    const body = JSON.stringify({ error: { message: 's3cret' } });
    const { message } = failureOf(() => judge(anAnswer({ status: 403, body })));
    assert.ok(!message.includes('s3cret'));
  });
});

describe('reading a subscription', () => {
  const read = (reply: HttpAnswer | NetworkTrouble): Promise<void> =>
    readSubscription(connection, accessToken, seconds(30), {
      http: new FakeHttp(() => reply),
      clock: new FakeClock(),
    });

  it('is quiet when it can be read', async () => {
    await read(subscription);
  });

  it('fails as the answer is judged', async () => {
    await rejectionOf(read(anAnswer({ status: 403 })), 'SUBSCRIPTION_UNREADABLE');
  });

  it('can be tried again after trouble on the way', async () => {
    const trouble = new NetworkTrouble('connection', 'ENOTFOUND');
    const failure = await rejectionOf(read(trouble), 'RESOURCE_MANAGER_UNAVAILABLE');
    assert.equal(failure.kind, 'transient');
    assert.ok(failure.message.includes('management.azure.com'));
    assert.ok(failure.message.includes('ENOTFOUND'));
  });
});
