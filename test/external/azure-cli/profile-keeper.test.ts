import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { refreshIdTokenFile } from '../../../src/azure-cli/profile-keeper.ts';
import { sharedFolders } from '../../../src/external/files/shared-folders.ts';
import {
  aCache,
  aCachedToken,
  aList,
  anAccessTokenText,
  anEntry,
  armScope,
  aSubscription,
  keeperOf,
  ProfileFixture,
  useProfiles,
} from '../../support/azure-cli-profile.ts';
import { anIdTokenText, later, minutes } from '../../support/builders.ts';

const other = '99999999-9999-4999-8999-999999999999';

describe('The keeper of a profile of Azure CLI', () => {
  const made = useProfiles();

  it('replaces the stored ID token by a newer one, in a file of mode 600 and without a trace', async () => {
    const fixture = made();
    const stranger = anEntry({ client_id: other });
    fixture.signIn({ entries: [anEntry({ extra: 1 }), stranger] });
    await keeperOf(fixture).look();
    const jwt = fixture.idToken.token.reveal();
    assert.deepEqual(JSON.parse(fixture.read(fixture.files.entries)), [
      anEntry({ extra: 1, client_assertion: jwt }),
      stranger,
    ]);
    if (process.platform !== 'win32') {
      assert.equal(statSync(fixture.files.entries).mode & 0o777, 0o600);
    }
    assert.deepEqual(fixture.all, [
      '.azclitask-a1B2c3',
      '.azclitask-a1B2c3/azureProfile.json',
      '.azclitask-a1B2c3/service_principal_entries.json',
      'workload-identity',
    ]);
    assert.deepEqual(fixture.statistics.report(), {
      profiles: 1,
      idTokens: 1,
      accessTokens: 0,
      putBack: 0,
      notKept: { encrypted: 0, locked: 0, failed: 0 },
    });
  });

  const due = 'an-access-token';
  it('replaces an access token that is near its end, for exactly its scope, dated ahead for az', async () => {
    const fixture = made();
    fixture.signIn();
    const entry = aCachedToken(minutes(20), { refresh_on: '1' });
    fixture.write(
      fixture.files.tokenCache,
      aCache({ [due]: entry, 'a user': { home_account_id: 'x' } }),
    );
    await keeperOf(fixture).look();
    const { AccessToken, AppMetadata } = JSON.parse(fixture.read(fixture.files.tokenCache)) as {
      AccessToken: Record<string, Record<string, unknown>>;
      AppMetadata: unknown;
    };
    const endsOn = String(later(minutes(60)).getTime() / 1_000);
    const { secret, expires_on, extended_expires_on, cached_at, refresh_on } =
      AccessToken[due] ?? {};
    assert.equal(secret, anAccessTokenText({ jti: 'new' }));
    assert.deepEqual([expires_on, extended_expires_on], [endsOn, endsOn]);
    assert.equal(cached_at, String(later(0).getTime() / 1_000));
    assert.equal(refresh_on, undefined);
    assert.deepEqual([AccessToken['a user'], AppMetadata], [{ home_account_id: 'x' }, {}]);
    assert.deepEqual(fixture.asked, [armScope]);
    const aheadMs = statSync(fixture.files.tokenCache).mtimeMs - fixture.clock.now().getTime();
    assert.ok(aheadMs > 500 && aheadMs <= 1_500, `${aheadMs}`);
  });

  it('asks for nothing while the access tokens have more than 25 minutes, and for one when they have less', async () => {
    const fixture = made();
    fixture.signIn();
    fixture.write(fixture.files.tokenCache, aCache({ [due]: aCachedToken(minutes(30)) }));
    const keeper = keeperOf(fixture);
    await keeper.look();
    await fixture.clock.advance(minutes(4));
    await keeper.look();
    assert.deepEqual(fixture.asked, []);
    await fixture.clock.advance(minutes(2));
    fixture.accessTokenLeftMs = minutes(66);
    await keeper.look();
    assert.deepEqual(fixture.asked, [armScope]);
  });

  for (const { what, leftMs, lifeMs, asks } of [
    { what: 'half of a short life', leftMs: minutes(9), lifeMs: minutes(20), asks: true },
    {
      what: 'more than half of a short life',
      leftMs: minutes(11),
      lifeMs: minutes(20),
      asks: false,
    },
    { what: 'six minutes of a shorter one', leftMs: minutes(5.9), lifeMs: minutes(7), asks: true },
  ]) {
    it(`${asks ? 'asks' : 'does not ask'} with ${what} left`, async () => {
      const fixture = made();
      fixture.signIn();
      const cached_at = String((later(leftMs).getTime() - lifeMs) / 1_000);
      const cache = aCache({ [due]: aCachedToken(leftMs, { cached_at }) });
      fixture.write(fixture.files.tokenCache, cache);
      await keeperOf(fixture).look();
      assert.equal(fixture.asked.length, asks ? 1 : 0);
    });
  }

  it('removes the tokens of a task that was killed, where its identity is still signed in', () => {
    const killed = made();
    killed.signIn();
    killed.write(killed.files.tokenCache, aCache({}));
    keeperOf(killed).removeTokens();
    assert.deepEqual(killed.all, [
      '.azclitask-a1B2c3',
      '.azclitask-a1B2c3/azureProfile.json',
      'workload-identity',
    ]);
    const stranger = made();
    stranger.signIn({ list: aList(aSubscription({ tenantId: other })) });
    keeperOf(stranger).removeTokens();
    assert.ok(stranger.all.some((path) => path.endsWith('entries.json')));
  });

  it('opens no file where nothing has changed', async () => {
    const reads = { count: 0 };
    const fixture = made({
      folders: {
        read: (path) => {
          reads.count += 1;
          return sharedFolders.read(path);
        },
      },
    });
    fixture.signIn();
    fixture.write(fixture.files.tokenCache, aCache({ [due]: aCachedToken(minutes(60)) }));
    const keeper = keeperOf(fixture);
    await keeper.look();
    await keeper.look();
    reads.count = 0;
    await keeper.look();
    assert.equal(reads.count, 0);
  });
});

describe('The ID token file of a task with kubelogin', () => {
  for (const { what, text, isReplaced } of [
    {
      what: 'an older token of the same identity',
      text: anIdTokenText({ issuedOn: later(-1_000) }),
      isReplaced: true,
    },
    { what: 'a newer one', text: anIdTokenText({ issuedOn: later(1_000) }), isReplaced: false },
    {
      what: 'one of another subject',
      text: anIdTokenText({ subject: 's', issuedOn: later(-1_000) }),
      isReplaced: false,
    },
    { what: 'something else', text: 'hello', isReplaced: false },
  ]) {
    it(`is ${isReplaced ? '' : 'not '}replaced where it holds ${what}`, async () => {
      const fixture = new ProfileFixture({ name: 'helmTask' });
      try {
        const path = join(fixture.profile, 'id_token');
        fixture.write(path, text);
        const { profile, identity, world } = fixture;
        assert.equal(await refreshIdTokenFile(path, profile, identity, world), isReplaced);
        assert.equal(fixture.read(path), isReplaced ? fixture.idToken.token.reveal() : text);
        assert.deepEqual(fixture.all, ['helmTask', 'helmTask/id_token', 'workload-identity']);
      } finally {
        fixture.remove();
      }
    });
  }
});
