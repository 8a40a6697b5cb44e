import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sharedFolders } from '../../../src/external/files/shared-folders.ts';
import {
  aList,
  keeperOf,
  type ProfileFixture,
  useProfiles,
} from '../../support/azure-cli-profile.ts';

describe('The keeper of a profile of Azure CLI, while others write,', () => {
  const made = useProfiles();

  it('reads a list again that somebody is writing at that moment', async () => {
    const reads = { count: 0 };
    const fixture: ProfileFixture = made({
      folders: {
        read: (path) => {
          if (path === fixture.files.list && (reads.count += 1) <= 3) return '';
          return sharedFolders.read(path);
        },
      },
    });
    fixture.signIn();
    await keeperOf(fixture).look();
    assert.match(fixture.read(fixture.files.entries), new RegExp(fixture.idToken.token.reveal()));
  });

  it('leaves files alone that are cut off', async () => {
    const fixture = made();
    fixture.signIn();
    fixture.write(fixture.files.entries, '[{"client');
    fixture.write(fixture.files.tokenCache, '{"AccessToken": {');
    await keeperOf(fixture).look();
    assert.equal(fixture.read(fixture.files.entries), '[{"client');
    assert.equal(fixture.read(fixture.files.tokenCache), '{"AccessToken": {');
  });

  it('leaves encrypted files alone, and counts their profile', async () => {
    const fixture = made();
    fixture.signIn();
    const [entries = ''] = fixture.files.encrypted;
    fixture.write(entries, 'encrypted');
    await keeperOf(fixture).look();
    assert.equal(fixture.read(entries), 'encrypted');
    assert.equal(fixture.statistics.report()?.notKept.encrypted, 1);
  });

  it('leaves a lock of another program alone, and the file with it', async () => {
    const fixture = made();
    fixture.signIn();
    const before = fixture.read(fixture.files.entries);
    const lock = `${fixture.files.entries}.lockfile`;
    fixture.write(lock, '4711 az');
    await keeperOf(fixture).look();
    assert.equal(fixture.read(fixture.files.entries), before);
    assert.equal(fixture.read(lock), '4711 az');
    assert.equal(fixture.statistics.report()?.notKept.locked, 1);
  });

  it('waits for a lock that goes, and passes one over that a killed broker left', async () => {
    for (const left of ['4711 az', 'workload-identity']) {
      const claims = { count: 0 };
      const fixture: ProfileFixture = made({
        folders: {
          claim: (path, content) => {
            claims.count += 1;
            if (left === '4711 az' && claims.count === 5) rmSync(path);
            return sharedFolders.claim(path, content);
          },
        },
      });
      fixture.signIn();
      fixture.write(`${fixture.files.entries}.lockfile`, left);
      await keeperOf(fixture).look();
      assert.match(fixture.read(fixture.files.entries), new RegExp(fixture.idToken.token.reveal()));
      assert.ok(!fixture.all.some((path) => path.endsWith('.lockfile')));
    }
  });

  // What `az account clear` does, at each point where we may be.
  for (const point of ['claim', 'draft', 'move'] as const) {
    for (const when of ['before', 'after'] as const) {
      it(`leaves no token where the task clears its profile ${when} our ${point}`, async () => {
        const state = { cleared: false };
        const clear = (): void => {
          if (state.cleared) return;
          state.cleared = true;
          fixture.write(fixture.files.list, aList());
          rmSync(fixture.files.tokenCache, { force: true });
          rmSync(fixture.files.entries, { force: true });
        };
        const around = (work: () => unknown): unknown => {
          if (when === 'before') clear();
          try {
            return work();
          } finally {
            if (when === 'after') clear();
          }
        };
        const own = Object(sharedFolders) as Record<string, (...args: unknown[]) => unknown>;
        const fixture: ProfileFixture = made({
          folders: {
            [point]: (...args: unknown[]) => around(() => own[point]?.(...args)) as never,
          },
        });
        fixture.signIn();
        await keeperOf(fixture).look();
        assert.ok(state.cleared);
        const left = fixture.all.filter((path) => !path.endsWith('azureProfile.json'));
        assert.deepEqual(left, ['.azclitask-a1B2c3', 'workload-identity']);
      });
    }
  }

  it('does not follow a folder that is another one by the time of writing', async () => {
    const fixture: ProfileFixture = made({
      folders: {
        draft: (...args) => {
          renameSync(fixture.profile, `${fixture.profile}-moved`);
          mkdirSync(fixture.profile);
          fixture.signIn();
          return sharedFolders.draft(...args);
        },
      },
    });
    fixture.signIn();
    const before = fixture.read(fixture.files.entries);
    await keeperOf(fixture).look();
    assert.equal(fixture.read(fixture.files.entries), before);
  });

  if (process.platform !== 'win32') {
    it('follows no link to a folder or a file, and waits for no pipe', async () => {
      const fixture = made();
      const real = join(fixture.temp, 'real');
      renameSync(fixture.profile, real);
      symlinkSync(real, fixture.profile);
      fixture.signIn();
      const before = fixture.read(fixture.files.entries);
      await keeperOf(fixture).look();
      assert.equal(fixture.read(fixture.files.entries), before);

      const piped = made();
      piped.signIn();
      const kept = join(piped.temp, 'elsewhere');
      renameSync(piped.files.entries, kept);
      symlinkSync(kept, piped.files.entries);
      execFileSync('mkfifo', [piped.files.tokenCache]);
      const entries = piped.read(kept);
      await keeperOf(piped).look();
      assert.equal(piped.read(kept), entries);
    });
  }
});
