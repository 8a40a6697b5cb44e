import assert from 'node:assert/strict';
import {
  aCache,
  aCachedToken,
  aList,
  anAccessTokenText,
  anEntry,
  aSubscription,
  keeperOf,
  useProfiles,
} from '../../support/azure-cli-profile.ts';
import { anIdTokenText, ids, later, minutes } from '../../support/builders.ts';

const other = '99999999-9999-4999-8999-999999999999';

describe('The keeper of a profile of Azure CLI, among strangers,', () => {
  const made = useProfiles();

  const due = 'an-access-token';
  for (const { whose, changes } of [
    { whose: 'of another client', changes: { client_id: other } },
    { whose: 'of another tenant', changes: { realm: other } },
    { whose: 'of another login host', changes: { environment: 'login.microsoftonline.us' } },
    { whose: 'of a user', changes: { home_account_id: 'user' } },
    { whose: 'bound to a key', changes: { key_id: 'key' } },
    { whose: 'of another kind of cache', changes: { ext_cache_key: 'key' } },
    { whose: 'of another type', changes: { token_type: 'pop' } },
    { whose: 'of several scopes', changes: { target: 'a b' } },
    {
      whose: 'that names another client itself',
      changes: { secret: anAccessTokenText({ appid: other }) },
    },
    {
      whose: 'that names another tenant itself',
      changes: { secret: anAccessTokenText({ tid: other }) },
    },
    { whose: 'that nobody can read', changes: { secret: 'opaque' } },
  ]) {
    it(`leaves a cached token alone ${whose}`, async () => {
      const fixture = made();
      fixture.signIn();
      const cache = aCache({ [due]: aCachedToken(minutes(1), changes) });
      fixture.write(fixture.files.tokenCache, cache);
      await keeperOf(fixture).look();
      assert.equal(fixture.read(fixture.files.tokenCache), cache);
      assert.deepEqual(fixture.asked, []);
    });
  }

  for (const { whose, entry } of [
    { whose: 'of another client', entry: anEntry({ client_id: other }) },
    { whose: 'of another tenant', entry: anEntry({ tenant: other }) },
    {
      whose: 'with a secret',
      entry: { client_id: ids.client, tenant: ids.tenant, client_secret: 's' },
    },
    { whose: 'with a callback', entry: anEntry({ client_assertion_callback: 'cat file' }) },
    { whose: 'that is no JWT', entry: anEntry({ client_assertion: 'federated-identity' }) },
    {
      whose: 'of another subject',
      entry: anEntry({
        client_assertion: anIdTokenText({ subject: 's', issuedOn: later(-1_000) }),
      }),
    },
    {
      whose: 'of another issuer',
      entry: anEntry({ client_assertion: anIdTokenText({ issuer: 'i', issuedOn: later(-1_000) }) }),
    },
    {
      whose: 'of another audience',
      entry: anEntry({
        client_assertion: anIdTokenText({ audience: 'a', issuedOn: later(-1_000) }),
      }),
    },
    {
      whose: 'that ends later',
      entry: anEntry({ client_assertion: anIdTokenText({ issuedOn: later(1_000) }) }),
    },
  ]) {
    it(`leaves an entry alone ${whose}`, async () => {
      const fixture = made();
      fixture.signIn({ entries: [entry] });
      await keeperOf(fixture).look();
      assert.deepEqual(JSON.parse(fixture.read(fixture.files.entries)), [entry]);
      assert.equal(fixture.statistics.report(), undefined);
    });
  }

  for (const { what, list } of [
    {
      what: 'names another client',
      list: aList(aSubscription({ user: { name: other, type: 'servicePrincipal' } })),
    },
    { what: 'names another tenant', list: aList(aSubscription({ tenantId: other })) },
    {
      what: 'names a user',
      list: aList(aSubscription({ user: { name: ids.client, type: 'user' } })),
    },
    { what: 'is empty', list: aList() },
    { what: 'is cut off', list: '\uFEFF{"subscrip' },
    { what: 'has nothing in it', list: '' },
  ]) {
    it(`writes nothing into a profile whose list ${what}`, async () => {
      const fixture = made();
      fixture.signIn({ list });
      const before = fixture.read(fixture.files.entries);
      await keeperOf(fixture).look();
      assert.equal(fixture.read(fixture.files.entries), before);
    });
  }
});
