import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import type { Subscription } from '../../../src/access-token/subscriptions.ts';
import type { HttpAnswer } from '../../../src/ports.ts';
import type { ServiceConnection } from '../../../src/service-connection/service-connection.ts';
import { orUndo, type Session } from '../../../src/session/session.ts';
import { subscriptionsOf, verifySession } from '../../../src/session/verification.ts';
import {
  aFailure,
  anAccessToken,
  anAnswer,
  anAzureDevOpsConnection,
  aServiceConnection,
  collectionUri,
  ids,
  noon,
} from '../../support/builders.ts';
import { FakeChance, FakeHttp, ImpatientClock } from '../../support/fakes.ts';

class Bench {
  readonly said: string[] = [];
  readonly masked: string[] = [];
  readonly agent = {
    say: (line: string) => void this.said.push(line),
    warn: (line: string) => void this.said.push(line),
    showGuide: (guide: string) => void this.said.push(guide),
    mask: (secret: { reveal(): string }) => void this.masked.push(secret.reveal()),
  };
  readonly http = new FakeHttp(() =>
    anAnswer({ body: JSON.stringify({ subscriptionId: ids.subscription, state: 'Enabled' }) }),
  );
  readonly clock = new ImpatientClock();
  undone = 0;
  readonly session: Session = {
    idToken: { issuer: '', subject: '', audience: '', expiresOn: noon },
    tokenFile: '/temp/id-token',
    accessToken: (scope) => Promise.resolve(anAccessToken({ scope })),
    undo: () => {
      this.undone += 1;
      return Promise.resolve();
    },
  };

  verify(connection: ServiceConnection = aServiceConnection()): Promise<number> {
    const world = { http: this.http, clock: this.clock, chance: new FakeChance() };
    return verifySession(connection, this.session, new URL(collectionUri), this.agent, world);
  }

  async list(verify: boolean, connection = aServiceConnection()): Promise<readonly Subscription[]> {
    const world = { http: this.http, clock: this.clock, chance: new FakeChance() };
    const used = await subscriptionsOf(connection, this.session, verify, this.agent, world);
    return used.subscriptions;
  }
}

const page = (...ids: readonly string[]): HttpAnswer =>
  anAnswer({ body: JSON.stringify({ value: ids.map((subscriptionId) => ({ subscriptionId })) }) });

describe('verifying a session', () => {
  it('reads the subscription with an access token that the log never shows', async () => {
    const bench = new Bench();
    const lifeMs = await bench.verify();
    deepEqual(bench.masked, ['the-access-token']);
    equal(lifeMs, anAccessToken().expiresOn.getTime() - noon.getTime() - 1_000);
    ok(bench.http.requests[0]?.url.href.includes(ids.subscription));
    match(bench.said.join('\n'), /Verified: .* can be read\./);
  });

  it('is content with an access token where there is no subscription', async () => {
    const bench = new Bench();
    await bench.verify(aServiceConnection({ subscriptionId: undefined }));
    equal(bench.http.requests.length, 0);
    match(bench.said.join('\n'), /Verified: .* no subscription to read/);
  });

  it('fails when the subscription cannot be read', async () => {
    const bench = new Bench();
    bench.http.reply = () => anAnswer({ status: 403 });
    await rejects(bench.verify(), { code: 'SUBSCRIPTION_UNREADABLE' });
    ok(!bench.said.some((line) => line.startsWith('Verified')));
  });
});

describe('verifying a session for Azure DevOps', () => {
  const user = { id: ids.client, providerDisplayName: 'contoso-shop-ci' };
  const knows = (authenticatedUser: unknown): HttpAnswer =>
    anAnswer({ body: JSON.stringify({ authenticatedUser }) });

  it('asks the organization who it is, and no Resource Manager', async () => {
    const bench = new Bench();
    bench.http.reply = () => knows(user);
    await bench.verify(anAzureDevOpsConnection());
    deepEqual(
      bench.http.requests.map(({ url }) => url.href),
      [`${collectionUri}_apis/connectionData`],
    );
    deepEqual(bench.masked, ['the-access-token']);
    match(bench.said.join('\n'), /Verified: .*contoso\/ knows it as "contoso-shop-ci"\./);
  });

  it('waits for an identity that was added moments ago, as long as the author lets it', async () => {
    const bench = new Bench();
    let asked = 0;
    bench.http.reply = () => {
      asked += 1;
      return asked < 3 ? anAnswer({ status: 401 }) : knows(user);
    };
    await bench.verify(anAzureDevOpsConnection());
    equal(asked, 3);
  });

  it('fails at once where nothing is to be waited for', async () => {
    const bench = new Bench();
    bench.http.reply = () => anAnswer({ status: 401 });
    const connection = anAzureDevOpsConnection({ propagationMs: 0 });
    await rejects(bench.verify(connection), { code: 'DEVOPS_NOT_A_USER' });
    equal(bench.http.requests.length, 1);
  });
});

describe('work after the sign-in', () => {
  it('leaves the session as it is when it succeeds', async () => {
    const bench = new Bench();
    equal(await orUndo(bench.session, () => Promise.resolve('done')), 'done');
    equal(bench.undone, 0);
  });

  it('takes the session back when it fails, and tells its own reason', async () => {
    const bench = new Bench();
    const failure = aFailure();
    await rejects(
      orUndo(bench.session, () => Promise.reject(failure)),
      failure,
    );
    equal(bench.undone, 1);
  });

  it('tells its own reason also where the session cannot be taken back', async () => {
    const bench = new Bench();
    const failure = aFailure();
    const undo = (): Promise<void> => Promise.reject(new Error('a program holds the file'));
    await rejects(
      orUndo({ ...bench.session, undo }, () => Promise.reject(failure)),
      failure,
    );
  });
});

describe('listing the subscriptions for a session', () => {
  const listed = async (bench: Bench, verify: boolean): Promise<readonly string[]> =>
    (await bench.list(verify)).map(({ id }) => id);

  it('verifies the connection with the same request', async () => {
    const bench = new Bench();
    bench.http.reply = () => page(ids.plan, ids.subscription);
    deepEqual(await listed(bench, true), [ids.plan, ids.subscription]);
    equal(bench.http.requests.length, 1);
    deepEqual(bench.masked, ['the-access-token']);
    match(bench.said.join('\n'), /Verified: .* is seen\./);
  });

  it('says nothing of verifying where nobody wants it', async () => {
    const bench = new Bench();
    bench.http.reply = () => page(ids.subscription);
    deepEqual(await listed(bench, false), [ids.subscription]);
    deepEqual(bench.said, []);
  });

  for (const verify of [true, false]) {
    it(`waits for the wanted one, and refuses to go on with another, with verify: ${verify}`, async () => {
      const bench = new Bench();
      bench.http.reply = () => page(ids.plan);
      await rejects(bench.list(verify), {
        code: 'SUBSCRIPTION_UNREADABLE',
        message: new RegExp(`could not see subscription ${ids.subscription}`),
      });
      ok(bench.http.requests.length > 1);
    });
  }

  it('takes a wanted one that arrives late', async () => {
    const bench = new Bench();
    bench.http.reply = () =>
      bench.http.requests.length < 3 ? page() : page(ids.subscription.toUpperCase());
    deepEqual(await listed(bench, true), [ids.subscription.toUpperCase()]);
  });

  it('goes on without any, unless it is to be verified', async () => {
    const bench = new Bench();
    bench.http.reply = () => page();
    deepEqual(await listed(bench, false), []);
    await rejects(bench.list(true), { code: 'SUBSCRIPTION_UNREADABLE' });
  });

  it('is content with any where the connection has none', async () => {
    const bench = new Bench();
    bench.http.reply = () => page();
    deepEqual(await bench.list(true, aServiceConnection({ subscriptionId: undefined })), []);
  });
});
