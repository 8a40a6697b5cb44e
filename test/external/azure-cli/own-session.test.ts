import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { OwnSession } from '../../../src/azure-cli/own-session.ts';
import { sharedFolders } from '../../../src/external/files/shared-folders.ts';
import {
  aList,
  anEntry,
  aSubscription,
  type ProfileFixture,
  useProfiles,
} from '../../support/azure-cli-profile.ts';
import { FakeClock } from '../../support/fakes.ts';

const other = '99999999-9999-4999-8999-999999999999';
const saved = aList(aSubscription());
const somebodyElse = aList(aSubscription({ user: { name: other, type: 'servicePrincipal' } }));

describe("FederatedLogin's session of Azure CLI", () => {
  const fresh = useProfiles();
  const made: typeof fresh = (changes) => {
    const fixture = fresh({ name: 'azure', ...changes });
    fixture.signIn();
    fixture.write(fixture.files.savedList, saved);
    return fixture;
  };
  const sessionOf = ({ profile, identity, world, statistics }: ProfileFixture): OwnSession =>
    new OwnSession(profile, identity, world, statistics);
  const clear = (fixture: ProfileFixture): void => {
    fixture.write(fixture.files.list, aList());
    rmSync(fixture.files.entries);
  };
  const putBacks = ({ statistics }: ProfileFixture): number => statistics.report()?.putBack ?? 0;

  it('is put back with its entry once a task has left its list empty for two seconds', async () => {
    const clock = new FakeClock();
    const fixture = made({ clock });
    clear(fixture);
    const looking = sessionOf(fixture).look();
    await clock.advance(1_900);
    assert.equal(fixture.read(fixture.files.list), aList());
    await clock.advance(2_000);
    await looking;
    assert.equal(fixture.read(fixture.files.list), saved);
    const entries: unknown = JSON.parse(fixture.read(fixture.files.entries));
    assert.deepEqual(entries, [anEntry({ client_assertion: fixture.idToken.token.reveal() })]);
    assert.equal(putBacks(fixture), 1);
    assert.ok(!fixture.all.some((path) => path.includes('draft')));
  });

  it('is put back with the entries of all connections of the job that share the profile', async () => {
    const clock = new FakeClock();
    const fixture = made({ clock });
    const both = aList(
      aSubscription(),
      aSubscription({ id: other, user: { name: other, type: 'servicePrincipal' } }),
    );
    fixture.write(fixture.files.savedList, both);
    clear(fixture);
    const { profile, identity, world, statistics } = fixture;
    const second = { ...identity, owner: { ...identity.owner, clientId: other } };
    const looking = [
      sessionOf(fixture).look(),
      new OwnSession(profile, second, world, statistics).look(),
    ];
    await clock.advance(4_000);
    await Promise.all(looking);
    assert.equal(fixture.read(fixture.files.list), both);
    const entries = JSON.parse(fixture.read(fixture.files.entries)) as { client_id: string }[];
    assert.deepEqual(
      entries.map(({ client_id }) => client_id),
      [identity.owner.clientId, other],
    );
    assert.equal(putBacks(fixture), 1);
  });

  it('gets its entry back later where there was no ID token when another connection put the list back', async () => {
    const clock = new FakeClock();
    const fixture = made({ clock });
    clear(fixture);
    const { profile, identity, world, statistics } = fixture;
    let isAway = true;
    const idToken: typeof identity.idToken = () =>
      isAway ? Promise.reject(new Error('away')) : identity.idToken();
    const session = new OwnSession(profile, { ...identity, idToken }, world, statistics);
    const looking = assert.rejects(session.look(), /away/);
    await clock.advance(2_000);
    await looking;
    // As it is, or after a script of the job has chosen another default.
    fixture.write(fixture.files.list, aList(aSubscription({ isDefault: false })));
    isAway = false;
    const again = session.look();
    await clock.advance(2_000);
    await again;
    const entries: unknown = JSON.parse(fixture.read(fixture.files.entries));
    assert.deepEqual(entries, [anEntry({ client_assertion: fixture.idToken.token.reveal() })]);
  });

  it('is not written into a folder that took the place of its own while its lock was held', async () => {
    const clock = new FakeClock();
    let identity = 'own';
    const fixture = made({ clock, folders: { identity: () => identity } });
    clear(fixture);
    fixture.write(`${fixture.files.entries}.lockfile`, 'another program');
    const looking = sessionOf(fixture).look();
    await clock.advance(2_000);
    identity = 'another';
    await clock.advance(1_000);
    await looking;
    assert.ok(!fixture.all.some((path) => path.endsWith('entries.json')));
  });

  it('is put back without an entry where it asks the broker', async () => {
    const fixture = made();
    const user = { name: 'userAssignedIdentity', type: 'servicePrincipal' };
    fixture.write(fixture.files.savedList, aList(aSubscription({ user })));
    clear(fixture);
    await sessionOf(fixture).look();
    assert.equal(putBacks(fixture), 1);
    assert.ok(!fixture.all.some((path) => path.endsWith('entries.json')));
  });

  it('stays away where the list names somebody else, or is written to within the two seconds', async () => {
    const clock = new FakeClock();
    const fixture = made({ clock });
    fixture.write(fixture.files.list, somebodyElse);
    await sessionOf(fixture).look();
    clear(fixture);
    const looking = sessionOf(fixture).look();
    await clock.advance(1_000);
    fixture.write(fixture.files.list, somebodyElse);
    await clock.advance(3_000);
    await looking;
    assert.equal(fixture.read(fixture.files.list), somebodyElse);
    assert.equal(putBacks(fixture), 0);
  });

  for (const { when, point } of [
    { when: 'just before it is put back', point: 'before' },
    { when: 'while it is put back', point: 'after' },
  ] as const) {
    it(`gives way to a sign-in that is written ${when}`, async () => {
      const fixture: ProfileFixture = made({
        folders: {
          move: (from, to) => {
            if (to !== fixture.files.list || from.endsWith('-emptied')) {
              return sharedFolders.move(from, to);
            }
            // As az does it: in place, through the file that it had opened.
            const emptied = `${from}-emptied`;
            if (point === 'before') fixture.write(to, somebodyElse);
            const isMoved = sharedFolders.move(from, to);
            if (point === 'after') fixture.write(emptied, somebodyElse);
            return isMoved;
          },
        },
      });
      clear(fixture);
      await sessionOf(fixture).look();
      assert.equal(fixture.read(fixture.files.list), somebodyElse);
      assert.equal(putBacks(fixture), 0);
    });
  }

  it('is left as it is where nothing was saved, or its list is cut off', async () => {
    const fixture = made();
    rmSync(fixture.files.savedList);
    clear(fixture);
    await sessionOf(fixture).look();
    assert.equal(fixture.read(fixture.files.list), aList());
    const cut = made();
    cut.write(cut.files.list, '\uFEFF{"sub');
    await sessionOf(cut).look();
    appendFileSync(cut.files.list, 's');
    assert.equal(readFileSync(cut.files.list, 'utf8'), '\uFEFF{"subs');
  });
});
