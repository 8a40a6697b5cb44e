import assert from 'node:assert/strict';
import { withActiveSubscription } from '../../../src/azure-cli/active-subscription.ts';
import { writeSession, type NewSession } from '../../../src/azure-cli/new-session.ts';
import { profileFiles } from '../../../src/azure-cli/profile-files.ts';
import { Secret } from '../../../src/secret.ts';
import { aList, aSubscription, aTenantEntry } from '../../support/azure-cli-profile.ts';
import { ids } from '../../support/builders.ts';
import { foldersOver } from '../../support/fake-folders.ts';
import { FakeFiles, ImpatientClock } from '../../support/fakes.ts';
import { aListedSubscription } from '../../support/tool-stage.ts';

const profile = '/temp/workload-identity/azure-AzureCloud';
const paths = profileFiles(profile);
const session: NewSession = {
  user: {
    clientId: ids.client,
    tenantId: ids.tenant,
    session: 'servicePrincipal',
    cloudName: 'AzureCloud',
  },
  subscriptions: [aListedSubscription()],
  wanted: ids.subscription,
  idToken: new Secret('the-id-token'),
};

function disk(): FakeFiles {
  const files = new FakeFiles();
  files.directories.add(profile).add('/temp/workload-identity');
  return files;
}

const write = (files: FakeFiles, changes: Partial<NewSession> = {}): Promise<void> =>
  writeSession(
    profile,
    { ...session, ...changes },
    { files, folders: foldersOver(files), clock: new ImpatientClock() },
  );

/** What `az login --service-principal` of versions 2.45 to 2.91 leaves, key by key. */
const list = {
  subscriptions: [aSubscription({ homeTenantId: ids.tenant, managedByTenants: [] })],
};
const entries = [{ client_id: ids.client, tenant: ids.tenant, client_assertion: 'the-id-token' }];
const clouds = `[AzureCloud]\nsubscription = ${ids.subscription}\n\n`;

describe('A session of Azure CLI that is written', () => {
  it('is that of az login, file by file and key by key, and kept for when it is cleared', async () => {
    const files = disk();
    await write(files);
    const text = files.contents.get(paths.list) ?? '';
    assert.equal(text[0], '\uFEFF');
    assert.deepEqual(JSON.parse(text.slice(1)), list);
    assert.deepEqual(JSON.parse(files.contents.get(paths.entries) ?? ''), entries);
    assert.equal(files.contents.get(paths.clouds), clouds);
    assert.equal(files.contents.get(paths.savedList), text);
    assert.deepEqual(
      [...files.contents.keys()].sort(),
      [paths.savedList, paths.list, paths.clouds, paths.entries].sort(),
    );
  });

  it('is added to those of other sign-ins, of which a script keeps its own when ours are put back', async () => {
    const files = disk();
    await write(files);
    const script = aSubscription({ id: ids.plan, user: { name: 'x', type: 'servicePrincipal' } });
    const { subscriptions } = list;
    files.contents.set(paths.list, aList(...subscriptions, script));
    const user = { ...session.user, clientId: ids.project };
    const wanted = ids.project;
    await write(files, { user, subscriptions: [aListedSubscription({ id: wanted })], wanted });
    const idsIn = (path: string): readonly string[] => {
      const text = (files.contents.get(path) ?? '').slice(1);
      const { subscriptions: found } = JSON.parse(text) as { subscriptions: { id: string }[] };
      return found.map(({ id }) => id);
    };
    assert.deepEqual(idsIn(paths.list), [ids.subscription, ids.plan, wanted]);
    assert.deepEqual(idsIn(paths.savedList), [ids.subscription, wanted]);
    const stored = JSON.parse(files.contents.get(paths.entries) ?? '') as { client_id: string }[];
    assert.deepEqual(
      stored.map(({ client_id }) => client_id),
      [ids.client, ids.project],
    );
  });

  it('is added to those that a task has just cleared, which come back', async () => {
    const files = disk();
    await write(files);
    files.contents.set(paths.list, aList());
    const user = { ...session.user, clientId: ids.project };
    const wanted = ids.project;
    await write(files, { user, subscriptions: [aListedSubscription({ id: wanted })], wanted });
    assert.equal(files.contents.get(paths.list), files.contents.get(paths.savedList));
    assert.match(files.contents.get(paths.list) ?? '', new RegExp(ids.subscription));
  });

  it('holds no token where each process asks the broker', async () => {
    const files = disk();
    const { subscriptions, wanted } = session;
    const user = { ...session.user, session: 'managedIdentity' } as const;
    await writeSession(
      profile,
      { user, subscriptions, wanted },
      { files, folders: foldersOver(files), clock: new ImpatientClock() },
    );
    assert.equal(files.contents.has(paths.entries), false);
    assert.match(files.contents.get(paths.list) ?? '', new RegExp(`MSIClient-${ids.client}`));
  });

  it("has the tenant's entry for an identity that sees no subscription", async () => {
    const files = disk();
    await write(files, { subscriptions: [] });
    const { subscriptions } = JSON.parse((files.contents.get(paths.list) ?? '').slice(1)) as {
      subscriptions: readonly unknown[];
    };
    assert.deepEqual(subscriptions, [aTenantEntry()]);
    assert.match(files.contents.get(paths.clouds) ?? '', new RegExp(ids.tenant));
  });

  it('goes on over a lock that a killed az left, as az does, and leaves its own to nobody', async () => {
    const files = disk();
    files.contents.set(`${paths.entries}.lockfile`, '4711 az login');
    await write(files);
    assert.deepEqual(JSON.parse(files.contents.get(paths.entries) ?? ''), entries);
    assert.equal(files.contents.get(`${paths.entries}.lockfile`), '4711 az login');
  });

  for (const name of ['entries', 'clouds', 'list'] as const) {
    it(`is still the one of before where the disk is full at its ${name}`, async () => {
      const files = disk();
      await write(files, { idToken: new Secret('an older one') });
      const before = files.contents.get(paths.list);
      files.unwritable.add(paths[name]);
      const other = aListedSubscription({ id: ids.plan });
      await assert.rejects(write(files, { subscriptions: [other], wanted: ids.plan }), {
        code: 'ENOSPC',
      });
      assert.equal(files.contents.get(paths.list), before);
      assert.equal(files.contents.has(`${paths.entries}.lockfile`), false);
    });
  }
});

describe('The active subscription of a cloud', () => {
  for (const { what, before, after } of [
    { what: 'a new file', before: undefined, after: '[AzureCloud]\nsubscription = new\n\n' },
    {
      what: 'that of before',
      before: '[AzureCloud]\nsubscription = old\n\n',
      after: '[AzureCloud]\nsubscription = new\n\n',
    },
    {
      what: 'another cloud beside it, and what else is there',
      before:
        '[Other]\nsubscription = old\n\n[AzureCloud]\nprofile = latest\nsubscription: old\n\n[X]\na = b\n\n',
      after:
        '[Other]\nsubscription = old\n\n[AzureCloud]\nsubscription = new\nprofile = latest\n\n[X]\na = b\n\n',
    },
    {
      what: 'other clouds alone',
      before: '[Other]\nsubscription = old\n\n',
      after: '[Other]\nsubscription = old\n\n[AzureCloud]\nsubscription = new\n\n',
    },
  ]) {
    it(`is written over ${what}`, () => {
      assert.equal(withActiveSubscription(before, 'AzureCloud', 'new'), after);
    });
  }
});
